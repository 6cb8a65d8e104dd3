import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import type { Embedder } from '../embed/embedder.ts';
import { fill, openSpaceOf, type Filling, type FillOptions } from './fill.ts';
import { isFull, reconcile } from './reconcile.ts';

export interface BringParts extends Filling {
  /** The model that made the vectors of a space; null: it cannot be asked. */
  readonly embedderOf: (space: string) => Embedder | null;
  readonly log: Log;
}

export interface BringOptions {
  readonly onProgress?: FillOptions['onProgress'];
  /** Also shortly after a failure, and also compares how many records the index holds. */
  readonly isThorough?: boolean;
  /** Compares which ones. */
  readonly isExact?: boolean;
  /** Begins the space anew. */
  readonly isAnew?: boolean;
}

export interface Bringing extends BringParts {
  readonly options: BringOptions;
  readonly signal: AbortSignal;
}

/** More than this is not brought to a model that is being left. */
const mostForOldModel = 1000;

/**
 * Brings the index of vectors up to the shelf. One that is broken is tried once more, then begun anew, and where that
 * fails too, handed to whoever runs it. @throws OmegaError of the index or the embedder.
 */
export async function bringOrMend(work: Bringing, repair: (reason: string) => Promise<boolean>): Promise<void> {
  const { embedder, index, signal, log, options } = work;
  if (options.isAnew === true) await index.drop(embedder.space, signal).catch((error: unknown) => passOver(error, log));
  const broken = await attempt(work);
  if (broken === null) return;
  log.warn('The index of vectors is broken, so it is made anew', { error: broken });
  try {
    await index.drop(embedder.space, signal);
    await bring(work);
  } catch (error) {
    if (signal.aborted || !(await repair(messageOf(error)))) throw error;
    log.warn('The store of vectors was begun anew', { error });
    await bring(work);
  }
}

/** What is broken, where it still is at the second try: another process may have mended it just now. */
async function attempt(work: Bringing): Promise<unknown> {
  for (let attempts = 0; ; attempts += 1) {
    try {
      await bring(work);
      return null;
    } catch (error) {
      if (!isBroken(error)) throw error;
      if (attempts > 0) return error;
    }
  }
}

/** The model that answers first, so that it goes on answering; then the model that is set. */
async function bring(work: Bringing): Promise<void> {
  const { shelf, embedder, options, signal, log } = work;
  const current = shelf.spaces().find(({ isCurrent }) => isCurrent);
  const old = current === undefined || current.name === embedder.space ? null : work.embedderOf(current.name);
  if (old !== null) await bringOld({ ...work, embedder: old }).catch((error: unknown) => passOver(error, log));
  const space = await openSpaceOf(work, signal);
  if (current === undefined) shelf.setCurrentSpace(embedder.space);
  const refusal = await fill(work, space, { signal, onProgress: options.onProgress }).catch(refusalOf);
  if (options.isExact === true || (options.isThorough === true && !(await isFull(work, space, signal))))
    await reconcile(work, space, signal);
  await settleOn(work);
  if (refusal !== undefined) throw refusal;
}

async function bringOld(work: Filling & Pick<Bringing, 'signal'>): Promise<void> {
  const space = await openSpaceOf(work, work.signal);
  if (work.shelf.pendingCount(work.embedder.space) <= mostForOldModel) await fill(work, space, { signal: work.signal });
}

/** The new model holds everything: it answers from now on, and what other models left is dropped. */
async function settleOn({ shelf, index, embedder, signal, log }: Bringing): Promise<void> {
  const isCurrent = shelf.spaces().some((space) => space.isCurrent && space.name === embedder.space);
  const left = new Set([...shelf.spaces().map(({ name }) => name), ...(isCurrent ? [] : await index.spaces(signal))]);
  left.delete(embedder.space);
  if (!isCurrent) {
    shelf.setCurrentSpace(embedder.space);
    log.info('Another model answers from now on', { space: embedder.space });
  }
  for (const name of left) {
    await index.drop(name, signal);
    shelf.dropSpace(name);
  }
}

function passOver(error: unknown, log: Log): void {
  log.info('Passed over', { error });
}

function refusalOf(error: unknown): OmegaError {
  if (!(error instanceof OmegaError) || error.code !== 'E_EMBED_REFUSED') throw error;
  return error;
}

function isBroken(error: unknown): boolean {
  return ['E_INDEX_BROKEN', 'E_INDEX_DIMENSION'].includes(codeOf(error) ?? '');
}
