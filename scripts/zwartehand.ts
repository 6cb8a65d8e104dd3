import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { freshBotState, type BotState } from '#holding/telegram/bot-state.ts';
import { zwartehandTalk } from '#holding/telegram/zwartehand.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import { createLog } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import { makeFolders } from '#ops/folders.ts';
import { serveBot } from './bot-process.ts';
import { runCommand } from './command.ts';
import { readSnapshot } from './first-page.ts';
import { readSettings, type Settings } from './settings.ts';

/** One that is there answers sooner. */
const redisPatienceMs = 3000;

process.once('SIGHUP', () => process.kill(process.pid, 'SIGTERM')); // The window was closed.

await runCommand({
  name: './launch_zwartehand.sh',
  summary: 'Zwartehand, your second bot: looks at Omega and answers you, and does nothing',
  help: [
    ['./launch_zwartehand.sh', 'in the foreground, until Ctrl-C'],
    ['./launch_zwartehand.sh --detach', 'in the background'],
    ['./launch_zwartehand.sh --stop', 'end the one in the background'],
    ['npm run telegram -- link zwartehand', 'tell it which chat is yours'],
  ],
  outlivesReader: true,
  options: { detach: { type: 'boolean' }, stop: { type: 'boolean' } },
  run: async ({ values, signal }) => {
    const settings = readSettings();
    const { paths } = settings;
    const running = await runningOne(paths);
    if (values.stop === true) return stop(running, signal);
    if (settings.env.zwartehand === undefined) throw noToken();
    if (running !== null) throw runsAlready(running);
    await makeFolders(paths);
    return values.detach === true ? detach(paths, signal) : serve(settings, signal);
  },
});

/** Only a process that is there and says so runs: its number alone may be another's by now. */
async function runningOne({ zwartehandState }: DataPaths): Promise<BotState | null> {
  const state = await freshBotState(zwartehandState, systemClock.now());
  return state !== null && isThere(state.pid) ? state : null;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // No such process, or somebody else's.
  }
}

async function serve(settings: Settings, signal: AbortSignal): Promise<number> {
  const { env, paths } = settings;
  if (env.zwartehand === undefined) throw noToken();
  const log = createLog({ name: 'zwartehand', secrets: env.secrets });
  const records = { snapshot: () => readSnapshot(paths), timezone: env.timezone, language: env.language };
  const { zwartehand: telegram } = env;
  const common = { settings, log, signal, statePath: paths.zwartehandState };
  await serveBot({ name: 'zwartehand', telegram, ...common, talk: () => zwartehandTalk(records) });
  return 0;
}

async function detach(paths: DataPaths, signal: AbortSignal): Promise<number> {
  const output = join(paths.logs, 'zwartehand.log');
  await using file = await open(output, 'a', 0o600);
  const child = spawn(process.execPath, [...process.execArgv, import.meta.filename], {
    detached: true,
    stdio: ['ignore', file.fd, file.fd],
  });
  child.unref(); // It must not keep this process from ending.
  await once(child, 'spawn');
  const until = systemClock.monotonic() + redisPatienceMs;
  while (child.exitCode === null && child.signalCode === null) {
    const state = await runningOne(paths);
    if (state !== null && state.pid === child.pid && (state.state !== 'redis' || systemClock.monotonic() > until)) {
      process.stdout.write(`Zwartehand runs in the background as process ${child.pid}; it writes to ${output}\n`);
      process.stdout.write('./launch_zwartehand.sh --stop ends it.\n');
      if (state.state === 'redis')
        process.stdout.write('It answers nobody until Redis does: npm start, or REDIS_URL in .env.\n');
      return 0;
    }
    await systemClock.sleep(50, signal);
  }
  throw new OmegaError('Zwartehand did not start.', { code: 'E_DETACH', hint: `It said why in ${output}` });
}

async function stop(running: BotState | null, signal: AbortSignal): Promise<number> {
  if (running === null) {
    process.stdout.write('Zwartehand does not run here.\n');
    return 0;
  }
  process.kill(running.pid, 'SIGTERM');
  while (isThere(running.pid)) await systemClock.sleep(50, signal);
  process.stdout.write('Zwartehand has ended.\n');
  return 0;
}

function noToken(): OmegaError {
  return new OmegaError('Zwartehand has no bot: ZWARTEHAND_TELEGRAM_BOT_TOKEN is not set.', {
    code: 'E_NO_BOT',
    hint: 'Make a second bot with @BotFather in Telegram, and put its token as ZWARTEHAND_TELEGRAM_BOT_TOKEN in .env.',
    permanent: true,
    exitCode: 2,
  });
}

function runsAlready({ pid }: BotState): OmegaError {
  return new OmegaError(`Zwartehand runs already, as process ${pid}.`, {
    code: 'E_RUNS_ALREADY',
    hint: './launch_zwartehand.sh --stop ends it.',
    exitCode: 75,
  });
}
