import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import { root } from '#lib/paths.ts';
import { createControlClient, type ControlClient } from '#ops/control-client.ts';
import type { ServiceSettings } from '#ops/service.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { temporarySettings } from './ops.ts';

/** All of Omega as `npm start` runs it, in a data folder of a test's own. */
export interface Stack extends AsyncDisposable {
  readonly settings: ServiceSettings;
  readonly control: ControlClient;
  /** What its processes are started with, and commands that speak to it. */
  readonly env: NodeJS.ProcessEnv;
  /** Starts it (again); resolves when every service is ready. */
  readonly start: () => Promise<void>;
  /** Kills the supervisor, as nothing but the kernel or the owner would; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** Ctrl-C; resolves to the exit code. */
  readonly stop: () => Promise<number | null>;
  /** The service once it has a process. */
  readonly running: (name: string) => Promise<ServiceStatus & { readonly pid: number }>;
  readonly untilReady: () => Promise<void>;
}

const anyTime = new AbortController().signal;
const lookEveryMs = 10;

/** Prepares a stack; nothing is started yet. Disposing it ends whatever is left of it. */
export async function openStack(): Promise<Stack> {
  const settings = await temporarySettings();
  const { data, controlSocket } = settings.paths;
  const env = { ...process.env, OMEGA_DATA_DIR: data, NO_COLOR: '1' };
  const control = createControlClient(controlSocket);
  let main: ChildProcess | undefined;
  let said = '';
  const hasEnded = (): boolean => main === undefined || main.exitCode !== null || main.signalCode !== null;
  const services = async (): Promise<readonly ServiceStatus[]> => {
    if (hasEnded()) throw new Error(`the stack has ended; it said:\n${said}`);
    return control.services(anyTime).catch(() => []);
  };
  const untilReady = async (): Promise<void> => {
    const areReady = (all: readonly ServiceStatus[]): boolean => all.every(({ state }) => state === 'ready');
    for (let all = await services(); all.length === 0 || !areReady(all); all = await services())
      await systemClock.sleep(lookEveryMs);
  };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (main === undefined || hasEnded()) return null;
    main.kill(signal);
    await once(main, 'exit');
    return main.exitCode;
  };
  return {
    settings,
    control,
    env,
    untilReady,
    start: async () => {
      main = spawn(process.execPath, [join(root, 'scripts', 'start.ts')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [main.stdout, main.stderr])
        stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
      await untilReady();
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGINT'),
    running: async (name) => {
      for (;;) {
        const found = (await services()).find((service) => service.name === name);
        if (found !== undefined && found.pid !== null) return { ...found, pid: found.pid };
        await systemClock.sleep(lookEveryMs);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL');
      for (const pid of processesOf(data)) process.kill(pid, 'SIGKILL');
      await settings[Symbol.asyncDispose]();
    },
  };
}

/** Every process that was started for this data folder, whoever started it; Redis hides its environment, not its socket. */
export function processesOf(dataFolder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const names = (pid: string): boolean =>
    [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].some((path) => readOrNothing(path).includes(dataFolder));
  return pids.filter((pid) => Number(pid) !== process.pid && names(pid)).map(Number);
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // Gone meanwhile, or somebody else's: not one of ours.
  }
}
