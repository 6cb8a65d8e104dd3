import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { orAborted } from '#lib/or-aborted.ts';
import { root } from '#lib/paths.ts';
import type { Question } from './model-main.ts';

/** What its main file answers a question with. */
const Answer = z.object({
  vectors: z.array(z.instanceof(Float32Array)).optional(),
  error: z.string().optional(),
  /** It is these texts that it cannot take: another time it could not either. */
  isRefusal: z.boolean().optional(),
});
export type Answer = Readonly<z.infer<typeof Answer>>;

/** The model in a process of its own: 300 MB and all of a core are not the worker's to hold. */
export interface ModelProcess extends AsyncDisposable {
  /**
   * One vector a text, of length 1; questions are answered in their order, and one that is aborted is let go of at
   * once, while the process goes on. @throws OmegaError `E_EMBED` where it cannot be started, ends, or says nonsense;
   * permanent where it cannot take these texts.
   */
  readonly embed: (texts: readonly string[], signal: AbortSignal) => Promise<readonly Float32Array[]>;
}

export interface ModelProcessOptions {
  /** Its main file, which answers each {@link Question} with an {@link Answer}. */
  readonly main: string;
  /** It ends after so long without a question. */
  readonly idleMs: number;
  /** For one batch, its start included; a slow machine under load takes a tenth of it. */
  readonly patienceMs: number;
}

const usual: ModelProcessOptions = {
  main: join(import.meta.dirname, 'model-main.ts'),
  idleMs: 60_000,
  patienceMs: 60_000,
};

/** Starts nothing yet: that is done at the first question. */
export function createModelProcess(options: Partial<ModelProcessOptions> = {}): ModelProcess {
  const { main, idleMs, patienceMs } = { ...usual, ...options };
  const lifetime = new AbortController();
  let child: ChildProcess | null = null;
  let idle: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const end = (): void => {
    clearTimeout(idle);
    child?.kill('SIGKILL'); // It holds nothing, and one that hangs hears nothing else.
    child = null;
  };
  const begin = (): ChildProcess => {
    const begun = start(main);
    begun.once('exit', () => {
      if (child === begun) child = null;
    });
    return begun;
  };
  const ask = async (texts: readonly string[]): Promise<readonly Float32Array[]> => {
    if (lifetime.signal.aborted) throw fault('it was ended with whoever asked');
    clearTimeout(idle);
    child ??= begin();
    try {
      const patience = AbortSignal.timeout(patienceMs);
      return soundAnswer(await answerOf(child, texts, { lifetime: lifetime.signal, patience, patienceMs }), texts);
    } catch (error) {
      if (!(error instanceof OmegaError && error.permanent)) end(); // The next finds one that owes nobody an answer.
      throw error;
    } finally {
      if (!lifetime.signal.aborted) idle = setTimeout(end, idleMs).unref();
    }
  };
  return {
    embed: (texts, signal) => {
      const mine = turn.then(() => (signal.aborted ? [] : ask(texts)));
      turn = mine.catch(() => {}); // Told to whoever asked.
      return orAborted(mine, signal);
    },
    [Symbol.asyncDispose]: async () => {
      const last = child;
      lifetime.abort();
      end();
      if (last === null || last.pid === undefined || last.exitCode !== null || last.signalCode !== null) return;
      last.ref();
      await once(last, 'exit');
    },
  };
}

/** It may read the packages and itself; it writes nothing, and starts nothing. */
function start(main: string): ChildProcess {
  const packages = join(root, 'node_modules');
  const readable = [main, packages, ...(existsSync(packages) ? [realpathSync(packages)] : [])]; // It may be a link.
  const child = fork(main, [], {
    execArgv: ['--permission', ...readable.map((path) => `--allow-fs-read=${path}`)],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { NODE_ENV: 'production' },
  });
  child.on('error', () => {}); // Comes with an exit or a refused message, which are told.
  child.unref();
  child.channel?.unref();
  return child;
}

/** The first of what may happen: it answers, it ends, it cannot be asked, or it takes too long. */
async function answerOf(
  child: ChildProcess,
  texts: readonly string[],
  { lifetime, patience, patienceMs }: { lifetime: AbortSignal; patience: AbortSignal; patienceMs: number },
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const answered = (message: unknown): void => {
    const answer = Answer.safeParse(message);
    if (answer.success) resolve(answer.data);
    else reject(fault('it answered with what is no answer'));
  };
  const ended = (code: number | null, signal: string | null): void =>
    reject(fault(`it ended (${signal ?? `exit code ${code}`})`));
  const failed = (error: Error): void => reject(fault(`it cannot be started or asked: ${messageOf(error)}`));
  const tooSlow = (): void => reject(fault(`it did not answer within ${patienceMs / 1000} s`));
  const noMore = (): void => reject(fault('it was ended with whoever asked'));
  child.once('message', answered).once('exit', ended).once('error', failed);
  patience.addEventListener('abort', tooSlow);
  lifetime.addEventListener('abort', noMore);
  child.ref(); // Its end is waited for too, and without its channel nothing else keeps this process alive.
  child.channel?.ref();
  try {
    child.send({ texts } satisfies Question, (error) => void (error && failed(error)));
    return await promise;
  } finally {
    child.off('message', answered).off('exit', ended).off('error', failed);
    patience.removeEventListener('abort', tooSlow);
    lifetime.removeEventListener('abort', noMore);
    child.unref();
    child.channel?.unref();
  }
}

/** What is kept for good has to be whole. */
function soundAnswer({ vectors = [], error, isRefusal }: Answer, texts: readonly string[]): readonly Float32Array[] {
  if (error !== undefined) throw fault(error, { permanent: isRefusal === true });
  if (vectors.length !== texts.length) throw fault(`it answered ${texts.length} texts with ${vectors.length} vectors`);
  if (vectors.some((vector) => !vector.every(Number.isFinite))) throw fault('it answered with what are no numbers');
  return vectors;
}

function fault(why: string, { permanent = false } = {}): OmegaError {
  return new OmegaError(`The local model of the memory cannot be used: ${why}.`, {
    code: 'E_EMBED',
    permanent,
    hint: 'Memory goes on by words alone, and tries again by itself; npm run doctor looks at this machine.',
  });
}
