import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { messageOf } from '#lib/errors.ts';
import type { SpawnedServer, StdioTarget } from './connect.ts';
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

/** Starts a server's process with this environment and nothing of ours. @throws ToolError `start`. */
export async function spawnServer({ command, args, env, cwd }: StdioTarget): Promise<ServerProcess> {
  const run = crypto.randomUUID();
  const child = await started(() =>
    spawn(command, args, { cwd, env: { ...env, [runVariable]: run }, detached: true, stdio: 'pipe' }),
  );
  const pid = child.pid ?? 0;
  child.on('error', () => {}); // A signal that no longer reaches it: its exit tells all there is to tell.
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`));
  });
  let words = '';
  const hear = (text: string): void => void (words = (words + text).slice(-longestLastWords));
  child.stderr.setEncoding('utf8').on('data', hear).on('error', ignoreBrokenPipe);
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= endAll(child, exited, run));
  void exited.then(end); // What it started dies with it.
  return {
    spawned: { pid, startTicks: startTicksOf(pid) ?? '', run },
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
    throw new ToolError(`Its process could not be started: ${messageOf(cause)}`, {
      kind: 'start',
      delivery: 'not-sent',
      hint: 'See that the command and the working directory of its entry in mcp.json are there.',
      cause,
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
