import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Push } from '../check.ts';

/** Of what is sent along, so much is kept. */
const keptBytes = 1024;

/** What stands behind the token in a push URL: nothing, a word or an exit code. */
const Told = z.union([
  z.enum(['start', 'success', 'fail', 'log']).transform((kind) => ({ kind, exitCode: null })),
  z.literal('').transform(() => ({ kind: 'success' as const, exitCode: null })),
  z
    .string()
    .regex(/^(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/)
    .transform((code) => ({ kind: code === '0' ? ('success' as const) : ('fail' as const), exitCode: Number(code) })),
]);

const Run = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/);

/** What a call says; null: nothing that there is, `run`: its name of the run cannot be taken. */
export function readCall(
  { told, run, body }: { readonly told: string; readonly run: string | undefined; readonly body: Uint8Array },
  at: number,
): Push | 'run' | null {
  const said = Told.safeParse(told);
  if (!said.success) return null;
  const named = Run.optional().safeParse(run);
  if (!named.success) return 'run';
  return { at, ...said.data, run: named.data ?? null, body: beginningOf(body) };
}

/** Text of somebody else's: whole characters, and none that steers a terminal. */
function beginningOf(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, keptBytes), { stream: true });
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '').trimEnd();
}

/** The secret part of a check's push URL, made of the key and its id: nothing is kept, and nobody can guess it. */
export function pushToken(key: string, check: string): string {
  return createHmac('sha256', key).update(check).digest('base64url');
}

/** As long as every token. */
export const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/** Whose token it is; null: nobody's. In a time that tells nothing of where it differs. */
export function ownerOf(token: string, tokens: ReadonlyMap<string, string>): string | null {
  const given = Buffer.from(token);
  let owner: string | null = null;
  for (const [check, known] of tokens) {
    const one = Buffer.from(known);
    if (one.length === given.length && timingSafeEqual(one, given)) owner = check;
  }
  return owner;
}
