import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import { openVariables } from '#lib/given.ts';
import { requireChroma } from './chroma-binary.ts';
import { prepareChromaFolder } from './chroma-folder.ts';
import { askForDatabase, chromaAddress, freePort } from './chroma-wire.ts';
import { deathSignalPrefix } from './child-process.ts';
import type { ServiceCommand } from './service.ts';

/** A Chroma of a script's or a test's own, in any folder; the supervisor's is `services/chroma.ts`. */
export interface PrivateChroma extends AsyncDisposable {
  /** As `CHROMA_URL` would say it; another one after each restart. */
  readonly address: string;
  readonly pid: number;
  /** Kills it, or whatever the signal does; resolves when it is gone, where it goes. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>;
  /** Ends it, and starts it again on the same data; resolves when it is ready. */
  readonly restart: () => Promise<void>;
}

const readyTimeoutMs = 30_000;
const stopTimeoutMs = 5000;
/** Another program may take the port between its choice and its use. */
const mostStarts = 3;
/** What it said last, for the error where it does not start. */
const rememberedCharacters = 1000;

/** Its banner, its advertisements, and what it is missing from a configuration that it needs none of. */
const noise =
  /^[\s(#]+$|^Getting started guide:|Chroma Cloud!$|^- (Sign up|Docs|Copy your data to Cloud):|^OpenTelemetry is/;

/** The server in this folder on this loopback port. It has no authentication, and no other interface. */
export function chromaCommand({ folder, port }: { readonly folder: string; readonly port: number }): ServiceCommand {
  const { script } = requireChroma();
  const args = [script, 'run', '--path', folder, '--host', '127.0.0.1', '--port', String(port)];
  return { file: process.execPath, args, noise };
}

/**
 * Starts one and resolves when it is ready; disposing it ends it and leaves the folder. It dies with this process
 * where the kernel can see to that.
 * @throws OmegaError `E_NO_CHROMA`, `E_CHROMA_START`, or as {@link prepareChromaFolder}.
 */
export async function startPrivateChroma(folder: string, signal?: AbortSignal): Promise<PrivateChroma> {
  const prefix = await deathSignalPrefix();
  const start = (): Promise<Running> => startOne({ folder, prefix, signal });
  let running = await start();
  return {
    get address() {
      return running.address;
    },
    get pid() {
      return running.child.pid ?? 0;
    },
    kill: (name = 'SIGKILL') => end(running.child, name),
    restart: async () => {
      await stop(running.child);
      running = await start();
    },
    [Symbol.asyncDispose]: () => stop(running.child),
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly address: string;
}

interface StartOptions {
  readonly folder: string;
  readonly prefix: readonly string[];
  readonly signal: AbortSignal | undefined;
}

async function startOne({ folder, prefix, signal }: StartOptions): Promise<Running> {
  const { database } = await prepareChromaFolder(folder);
  let said = '';
  for (let starts = 0; starts < mostStarts; starts += 1) {
    const port = await freePort();
    const command = chromaCommand({ folder, port });
    const [file = command.file, ...args] = [...prefix, command.file, ...command.args];
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: openVariables(process.env) });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-rememberedCharacters)));
    if (await becomesReady({ child, port, database, signal })) {
      return { child, address: chromaAddress({ port, database }) };
    }
  }
  throw new OmegaError(`Chroma does not start in ${folder}; it said: ${said.trim()}`, { code: 'E_CHROMA_START' });
}

/** False where it ended first. */
async function becomesReady(options: {
  readonly child: ChildProcess;
  readonly port: number;
  readonly database: string;
  readonly signal: AbortSignal | undefined;
}): Promise<boolean> {
  const { child, port, database } = options;
  const signals = [AbortSignal.timeout(readyTimeoutMs), ...(options.signal === undefined ? [] : [options.signal])];
  const signal = AbortSignal.any(signals);
  try {
    while (!hasEnded(child)) {
      const isReady = await askForDatabase(port, database, signal).then(
        () => true,
        () => false,
      );
      if (isReady && !hasEnded(child)) return true;
      await systemClock.sleep(20, signal);
    }
    return false;
  } catch (error) {
    await stop(child);
    throw error;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const overdue = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await end(child, 'SIGTERM');
  clearTimeout(overdue);
}

async function end(child: ChildProcess, name: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill(name);
  if (name !== 'SIGSTOP' && name !== 'SIGCONT') await exited;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
