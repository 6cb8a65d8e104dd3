import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { openVariables } from '#lib/given.ts';
import { signalGroup } from '#mcp/descendants.ts';

/** A program to run to its end. */
export interface RunOptions {
  /** The program and its words; no shell is between. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Of both outputs together; a program that writes more is ended. */
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
  /** Names of the environment that it is given; unless said the few that any program needs. */
  readonly variables?: ReadonlySet<string>;
}

/** How it ended: with a code, or by a signal. */
export interface Ran {
  readonly exitCode: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly output: string;
  /** It wrote more than it may, and was ended for it. */
  readonly flooded: boolean;
}

/** Told to end, a program has so long before it is made to. */
const graceMs = 500;

/** Nothing of Omega's own configuration is among them. */
export const usualVariables: ReadonlySet<string> = new Set(['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ']);

/**
 * Runs a program in a process group of its own; when it ends, or may go on no longer, all that it started ends too.
 * @throws the signal's reason when it is aborted, and the system's error where it cannot be started.
 */
export async function runToEnd(options: RunOptions): Promise<Ran> {
  const { argv, cwd, maxOutputBytes, signal, variables = usualVariables } = options;
  signal.throwIfAborted();
  const [file = '', ...args] = argv;
  const env = Object.fromEntries(Object.entries(openVariables(process.env)).filter(([name]) => variables.has(name)));
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const over = new AbortController();
  const kept = keepOutput(child, maxOutputBytes, () => over.abort());
  using group = groupOf(child, AbortSignal.any([signal, over.signal]));
  const closed = new Promise((resolve) => child.once('close', resolve));
  await Promise.all([once(child, 'spawn'), once(child, 'exit')]);
  group.kill();
  // One that left the group may hold on to the output for ever.
  await Promise.race([closed, delay(graceMs, undefined, { ref: false })]);
  signal.throwIfAborted();
  return { exitCode: child.exitCode, killedBy: child.signalCode, output: kept(), flooded: over.signal.aborted };
}

function keepOutput(child: ChildProcess, maxBytes: number, onFlood: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else onFlood();
    });
  }
  return () => Buffer.concat(chunks).toString('utf8');
}

/** Ends a program and all that it started: when asked to, when told to, and with Omega itself. */
function groupOf(child: ChildProcess, signal: AbortSignal): Disposable & { readonly kill: () => void } {
  let overdue: NodeJS.Timeout | undefined;
  const end = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined) signalGroup(child.pid, name);
  };
  const kill = (): void => end('SIGKILL');
  const ask = (): void => {
    end('SIGTERM');
    overdue = setTimeout(kill, graceMs);
  };
  signal.addEventListener('abort', ask, { once: true });
  running.add(kill);
  if (running.size === 1) process.on('exit', killAll);
  return {
    kill,
    [Symbol.dispose]: () => {
      clearTimeout(overdue);
      signal.removeEventListener('abort', ask);
      running.delete(kill);
      if (running.size === 0) process.off('exit', killAll);
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
  };
}

const running = new Set<() => void>();

/** Nothing of a check outlives the process that looks. */
function killAll(): void {
  for (const kill of running) kill();
}
