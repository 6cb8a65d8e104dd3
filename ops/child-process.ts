import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import { openVariables } from '#lib/given.ts';
import type { LogFile } from './log-files.ts';
import type { ServiceCommand } from './service.ts';

/** A running process of a service. */
export interface Child {
  readonly pid: number;
  /** Resolves, once it is gone and its group with it, to how it ended, in words. */
  readonly exited: Promise<string>;
  /** Resolves when it says by message that it is ready; never where it does not. */
  readonly saysReady: Promise<void>;
  /** Resolves at its answer; rejects when the signal is aborted first. */
  readonly ping: (signal: AbortSignal) => Promise<void>;
  readonly signal: (name: NodeJS.Signals) => void;
}

export interface SpawnOptions {
  readonly command: ServiceCommand;
  readonly log: LogFile;
  /** What stands before the command: see {@link deathSignalPrefix}. */
  readonly prefix: readonly string[];
  readonly hasChannel: boolean;
}

/**
 * The words before a command that make the kernel kill it when this process dies; none where `setpriv` is missing.
 * Proven by a run, because BusyBox has a setpriv that cannot do it.
 */
export async function deathSignalPrefix(): Promise<readonly string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;
  try {
    await promisify(execFile)(prefix[0], [...prefix.slice(1), 'true'], { env: openVariables(process.env) });
    return prefix;
  } catch {
    return []; // The caller says so: without it children may outlive a killed supervisor.
  }
}

/**
 * Starts a process in a group of its own, so that Ctrl-C on the terminal reaches the supervisor alone.
 * @throws OmegaError `E_SPAWN` where the system cannot start it.
 */
export async function spawnChild({ command, log, prefix, hasChannel }: SpawnOptions): Promise<Child> {
  const [file = command.file, ...args] = [...prefix, command.file, ...command.args];
  const child = spawn(file, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', hasChannel ? 'ipc' : 'ignore'],
    env: { ...openVariables(process.env), ...command.env },
  });
  const exited = untilExit(child);
  await untilSpawned(child, command.file);
  if (child.stdout !== null) log.keep(child.stdout, 'info', command.noise);
  if (child.stderr !== null) log.keep(child.stderr, 'error', command.noise);
  return {
    pid: child.pid ?? 0,
    exited,
    saysReady: untilReady(child),
    ping: (signal) => ping(child, signal),
    signal: (name) => child.kill(name),
  };
}

async function untilSpawned(child: ChildProcess, file: string): Promise<void> {
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new OmegaError(`${file} could not be started: ${messageOf(error)}`, { code: 'E_SPAWN', cause: error });
  }
  child.on('error', () => {}); // A signal or message that no longer reaches it: its exit tells all there is to tell.
}

/** What it started itself dies with it: nothing of a service outlives its main process. */
async function untilExit(child: ChildProcess): Promise<string> {
  const how = await new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`));
  });
  killGroup(child.pid);
  return how;
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes(codeOf(error) ?? '')) throw error; // An empty group, as Linux and macOS put it.
  }
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      if (message !== 'ready') return;
      child.off('message', onMessage);
      resolve();
    };
    child.on('message', onMessage);
  });
}

/** Any message proves that its event loop turns. */
async function ping(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const answered = once(child, 'message', { signal });
  if (child.connected) child.send('ping');
  await answered;
}
