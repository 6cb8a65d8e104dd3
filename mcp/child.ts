import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { messageOf } from '#lib/errors.ts';
import type { ConnectOptions, SpawnedServer, StdioTarget } from './connect.ts';
import { endRuns, runVariable, signalGroup, startTicksOf } from './descendants.ts';
import { ToolError } from './tool-error.ts';

/** A server's process, in a group of its own. */
export interface ServerProcess {
  readonly spawned: SpawnedServer;
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
  /** Resolves, in words, when the process itself is gone. */
  readonly exited: Promise<string>;
  /** The end of what it wrote on standard error, and of what else {@link ServerProcess.hear} was given. */
  readonly lastWords: () => string;
  readonly hear: (text: string) => void;
  /** Asks it to end, makes it, and ends all that it started. Many calls are one; never throws. */
  readonly end: () => Promise<void>;
}

const longestLastWords = 4096;
/** How long it may take to end by itself, and after TERM, and for the kernel to end it after KILL. */
const patienceMs = { afterEof: 1500, afterTerm: 1000, afterKill: 2000 } as const;

export type SpawnOptions = Pick<ConnectOptions, 'onSpawn' | 'redact'>;

/**
 * Starts a server's process with this environment and nothing of ours. Its run is told of before it starts, so that no
 * process is there that nobody knows of, and once more with its pid. @throws ToolError `start`.
 */
export async function spawnServer(
  { command, args, env, cwd }: StdioTarget,
  { onSpawn, redact = String }: SpawnOptions,
): Promise<ServerProcess> {
  const run = crypto.randomUUID();
  onSpawn?.({ pid: 0, startTicks: '', run });
  const child = await started(() =>
    spawn(command, args, { cwd, env: { ...env, [runVariable]: run }, detached: true, stdio: 'pipe' }),
  );
  const spawned = { pid: child.pid ?? 0, startTicks: startTicksOf(child.pid ?? 0) ?? '', run };
  onSpawn?.(spawned);
  child.on('error', () => {}); // A signal that no longer reaches it: its exit tells all there is to tell.
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`));
  });
  let words = '';
  // Before it is cut, for of a secret that is cut in two nobody would know the rest.
  const hear = (text: string): void => void (words = redact(words + text).slice(-longestLastWords));
  child.stderr.setEncoding('utf8').on('data', hear).on('error', ignoreBrokenPipe);
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= endAll(child, exited, run));
  void exited.then(end); // What it started dies with it.
  return {
    spawned,
    stdin: child.stdin,
    stdout: child.stdout,
    exited,
    lastWords: () => words.trim(),
    hear,
    end,
  };
}

async function started(start: () => ChildProcessWithoutNullStreams): Promise<ChildProcessWithoutNullStreams> {
  try {
    const child = start();
    await once(child, 'spawn');
    return child;
  } catch (cause) {
    throw new ToolError(`Its process did not start: ${messageOf(cause)}`, {
      kind: 'start',
      delivery: 'not-sent',
      hint: 'See that the command and the working directory of its entry in mcp.json are there.',
    });
  }
}

async function endAll(child: ChildProcessWithoutNullStreams, exited: Promise<string>, run: string): Promise<void> {
  const pid = child.pid ?? 0;
  child.stdin.end();
  if (!(await within(exited, patienceMs.afterEof))) {
    signalGroup(pid, 'SIGTERM');
    await within(exited, patienceMs.afterTerm);
  }
  signalGroup(pid, 'SIGKILL'); // Of the group also where its first process has ended: others may be left in it.
  await endRuns(new Set([run]));
  await within(exited, patienceMs.afterKill);
  child.stdout.destroy(); // A process that we may not end could hold its other end open, and us with it.
  child.stderr.destroy();
}

async function within(event: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  const came = await Promise.race([event.then(() => true), promise]);
  clearTimeout(timer);
  return came;
}

/** It only ever said what went wrong; that it can no longer is told by its exit. */
function ignoreBrokenPipe(): void {}
