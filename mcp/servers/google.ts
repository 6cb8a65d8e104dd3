import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { nodeLauncher } from '#lib/paths.ts';
import { installedPackage } from '../installed-package.ts';
import { defineServer, type Reading, type WarnContext } from '../server.ts';

const dayMs = 86_400_000;
/** How long before its end a sign-in is told of. */
const noticeMs = 2 * dayMs;

const version = '2.6.3';
const packageName = '@cocal/google-calendar-mcp';

/** What Google calls the sign-in of one account; an app in production has no `refresh_token_expires_in`. */
const Account = z.object({
  refresh_token: z.string().optional(),
  /** Milliseconds since the epoch at which the access token ends, an hour after Google gave it. */
  expiry_date: z.number().optional(),
  /** Seconds, from the same answer of Google. */
  refresh_token_expires_in: z.number().optional(),
});
const Accounts = z.record(z.string(), Account);

/** When each sign-in ends, by the hash of its token: the server's own file forgets when a token is renewed. */
const Ends = z.record(z.string(), z.number());

/** Google Calendar. Texts as measured on version 2.6.3. */
export default defineServer({
  name: 'google',
  summary: { en: 'reads calendars', nl: 'leest agenda’s' },
  readError,
  setUp: {
    what: { en: 'install it, then follow docs/mcp-servers.md', nl: 'installeer het en volg docs/mcp-servers.md' },
    command: 'npm run mcp -- add google',
    minutes: 15,
  },
  install: { package: packageName, version, megabytes: 246 },
  warn,
});

function readError(text: string): Reading {
  if (/rate limit exceeded|quota exceeded/i.test(text)) return { kind: 'rate-limited', retryAfterMs: 60_000 };
  if (
    /token is invalid or expired|tokens are no longer valid|No authenticated accounts|Invalid Credentials|insufficient authentication scopes/i.test(
      text,
    )
  ) {
    return { kind: 'auth' };
  }
  return { kind: 'tool-error' };
}

async function warn(context: WarnContext): Promise<{ readonly reason: Words; readonly command: string } | null> {
  const tokenFile = context.env['GOOGLE_CALENDAR_MCP_TOKEN_PATH'];
  if (tokenFile === undefined) return null;
  const command = signInCommand(context, tokenFile);
  const accounts = await readJson(tokenFile, Accounts);
  if (accounts === null || Object.keys(accounts).length === 0) {
    const reason = { en: 'nobody has signed in to Google yet', nl: 'nog niemand is aangemeld bij Google' };
    return { reason, command };
  }
  const endsAt = await firstEnd(Object.values(accounts), join(context.folder, 'sign-in-ends.json'));
  if (endsAt === null || endsAt - context.now > noticeMs) return null;
  const when = new Date(endsAt).toISOString().slice(0, 16).replace('T', ' ');
  const reason =
    endsAt <= context.now
      ? {
          en: `the sign-in to Google ended at ${when} UTC, for the app is in test mode`,
          nl: `de aanmelding bij Google eindigde op ${when} UTC, want de app staat in testmodus`,
        }
      : {
          en: `the sign-in to Google ends at ${when} UTC, for the app is in test mode`,
          nl: `de aanmelding bij Google eindigt op ${when} UTC, want de app staat in testmodus`,
        };
  return { reason, command };
}

/** As it is typed, on the machine whose browser signs in. */
function signInCommand({ env, folder }: WarnContext, tokenFile: string): string {
  const entry = join(installedPackage(folder, packageName), 'build', 'index.js');
  return [
    `GOOGLE_OAUTH_CREDENTIALS='${env['GOOGLE_OAUTH_CREDENTIALS'] ?? ''}'`,
    `GOOGLE_CALENDAR_MCP_TOKEN_PATH='${tokenFile}'`,
    // What refused an old sign-in is left alone until somebody tries it again.
    `sh '${nodeLauncher}' '${entry}' auth && npm run mcp -- probe google`,
  ].join(' ');
}

/**
 * The earliest end of a sign-in, or null where none ends. A renewal moves `expiry_date` and may leave the seconds as
 * they were, so what was computed when a token was first seen is kept.
 */
async function firstEnd(accounts: readonly z.infer<typeof Account>[], file: string): Promise<number | null> {
  const known = (await readJson(file, Ends)) ?? {};
  const ends: Record<string, number> = {};
  for (const { refresh_token: token, expiry_date: expiry, refresh_token_expires_in: seconds } of accounts) {
    if (token === undefined || expiry === undefined || seconds === undefined) continue;
    const id = createHash('sha256').update(token).digest('hex').slice(0, 16);
    ends[id] = Math.min(known[id] ?? Infinity, expiry - 3_600_000 + seconds * 1000);
  }
  if (JSON.stringify(ends) !== JSON.stringify(known)) await writeFileAtomic(file, JSON.stringify(ends));
  return Object.values(ends).length === 0 ? null : Math.min(...Object.values(ends));
}

/** Null where there is no file, or another one than was meant. */
async function readJson<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema> | null> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}
