import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { isCancel, log, note, outro, intro } from '@clack/prompts';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { editDotenv } from '#lib/dotenv-edit.ts';
import { codeOf, OmegaError, usageError } from '#lib/errors.ts';
import { dotenvFile } from '#lib/given.ts';
import { root } from '#lib/paths.ts';
import { runCommand } from './command.ts';
import type { Answers } from './setup-ask.ts';
import { questions } from './setup-questions.ts';

await runCommand({
  name: 'npm run setup',
  summary: 'six questions, each of which can be skipped; writes .env',
  help: [
    ['npm run setup', 'on a terminal: language, bot, tools, keys of reports, quiet hours, day and night'],
    ['-- --file FILE', 'write another file than .env'],
  ],
  options: { file: { type: 'string' } },
  run: async ({ values, signal }) => {
    if (!process.stdin.isTTY || !process.stdout.isTTY)
      throw usageError(
        'Questions can be answered on a terminal only.',
        'Write .env by hand: .env.example explains it.',
      );
    await setUp(values.file === undefined ? dotenvFile : resolve(values.file), signal);
  },
});

/** Asks, and writes only at the end: whoever leaves in between has changed nothing. */
async function setUp(path: string, signal: AbortSignal): Promise<void> {
  const text = await readOr(path, join(root, '.env.example'));
  const present = parseEnv(text);
  intro('Omega: six questions. Enter keeps what is; Ctrl-C leaves, and nothing is changed.');
  const answers: Record<string, string> = {};
  for (const question of questions) {
    const answered = await question({ present, answers, signal });
    if (isCancel(answered))
      throw new OmegaError('Left before the end: nothing was changed.', {
        code: 'E_SETUP_LEFT',
        hint: 'npm run setup',
      });
    Object.assign(answers, answered);
  }
  const { dayAndNight, ...changes } = answers;
  await write(path, text, changes);
  if (dayAndNight !== undefined) return runDayAndNight(dayAndNight, signal);
  outro('Next: npm start. It prints where the page is; what still waits for you stands on top of it.');
}

async function readOr(path: string, instead: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return readFile(instead, 'utf8');
  }
}

async function write(path: string, text: string, changes: Answers): Promise<void> {
  const names = Object.keys(changes);
  if (names.length === 0) return log.info('Nothing was changed.');
  await writeFileAtomic(await behindLinks(path), editDotenv(text, changes), 0o600);
  note(names.join('\n'), `Written to ${path}, for you alone`);
  log.info('What runs already reads it when it is started anew: npm run stop, npm start.');
  if (names.includes('OMEGA_TELEGRAM_BOT_TOKEN'))
    log.info('Once Omega runs, pair the bot with your chat: npm run telegram -- link');
}

/** The file itself is what is replaced, and not a link to it. */
async function behindLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return path;
  }
}

async function runDayAndNight(way: string, signal: AbortSignal): Promise<void> {
  outro(`scripts/start_24_7.sh ${way}`);
  const child = spawn(join(root, 'scripts', 'start_24_7.sh'), [way], { stdio: 'inherit', signal });
  const [code] = await once(child, 'exit');
  if (code !== 0)
    throw new OmegaError('It could not be made to run day and night; why stands above.', { code: 'E_DAY_AND_NIGHT' });
}
