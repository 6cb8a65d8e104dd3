import { join } from 'node:path';
import { setImmediate as untilOthersRan } from 'node:timers/promises';
import { OmegaError } from '#lib/errors.ts';
import { dueFiles, type Tried } from './due.ts';
import { filesOf, type FileSource, type SiteFile } from './files.ts';
import { removeHalves, removeUnlisted, writeChanged } from './folder.ts';
import type { Renderer } from './render.ts';

/** What the site is drawn from, read anew each time. */
export interface SiteSource extends FileSource {
  /** The snapshot as it is, for `status.json`. */
  readonly json: string;
  /** False: not all pages could be listed, so none is removed. */
  readonly whole: boolean;
  /** Whether there is a newer one by now. */
  readonly isOld: () => Promise<boolean>;
}

export interface SiteOptions {
  /** The served folder. */
  readonly folder: string;
  readonly read: () => Promise<SiteSource>;
  /** Called for the first page only: a process that draws none need not hold the renderer. */
  readonly load: () => Promise<Renderer>;
  readonly now: () => number;
  /** So often each file is drawn even where nothing of it has changed. */
  readonly everyMs: number;
  /** After so long, what is left is left to the next run. */
  readonly mostMs?: number;
}

/** Draws the site and writes what changed; what could not be drawn leaves its last good file as it was. */
export interface StatusSite {
  readonly render: (signal: AbortSignal) => Promise<{ readonly written: readonly string[]; readonly cpuMs: number }>;
}

/** One run, and what became of each file in it. */
interface Run extends Required<SiteOptions> {
  readonly renderer: Renderer;
  readonly tried: Map<string, Tried>;
  readonly signal: AbortSignal;
  readonly until: number;
  readonly written: Set<string>;
  readonly failed: Map<string, unknown>;
}

/** Well within the time that the job has. */
const usualMostMs = 6000;

/** So many files that cannot be made have a common cause, a full disk: the others are left to the next run. */
const mostFailed = 10;

/** Makes the site of one data folder. */
export function createSite(options: SiteOptions): StatusSite {
  const { folder, load, now, mostMs = usualMostMs } = options;
  const tried = new Map<string, Tried>();
  let isSwept = false;
  let loading: Promise<Renderer> | undefined;
  return {
    render: async (signal) => {
      signal.throwIfAborted();
      loading ??= load();
      const renderer = await loading.catch((error: unknown) => {
        loading = undefined; // A build that comes later is found by the next run.
        throw error;
      });
      const before = process.cpuUsage();
      const outcome = { written: new Set<string>(), failed: new Map<string, unknown>() };
      await drawSite({ ...options, ...outcome, mostMs, renderer, tried, signal, until: performance.now() + mostMs });
      if (!isSwept) await removeHalves(folder, now());
      isSwept = true;
      if (outcome.failed.size > 0) throw failure(outcome.failed);
      const { user, system } = process.cpuUsage(before);
      return { written: [...outcome.written], cpuMs: (user + system) / 1000 };
    },
  };
}

/** The index goes first, and once more where the heartbeat has looked again while the others are drawn. */
async function drawSite(run: Run): Promise<void> {
  for (;;) {
    const source = await run.read();
    const files = filesOf(source, run.renderer);
    await drawIndex(source, run);
    if (!(await drawOthers(files, source, run))) continue;
    if (source.whole) await forget(files, run);
    return;
  }
}

async function drawIndex({ view, json }: SiteSource, run: Run): Promise<void> {
  await attempt({ path: 'index.html', changesWith: '' }, run, async () => {
    const html = await run.renderer.index(view);
    await write('status.json', json, run);
    await write('index.html', html, run);
  });
}

/** What is no longer part of the site goes; where it comes back one day, it is drawn as a new one. */
async function forget(files: readonly SiteFile[], { folder, tried }: Run): Promise<void> {
  const listed = new Set(files.map(({ path }) => path));
  await removeUnlisted(folder, listed);
  for (const path of tried.keys()) if (!listed.has(path)) tried.delete(path);
}

/** False: there is a newer source, which is to be shown first. */
async function drawOthers(files: readonly SiteFile[], { isOld }: SiteSource, run: Run): Promise<boolean> {
  for (const file of dueFiles(files, { ...run, now: run.now() })) {
    if (performance.now() > run.until || run.failed.size >= mostFailed) return true;
    await untilOthersRan(undefined, { signal: run.signal }); // A heartbeat must not wait for all pages.
    if (await isOld()) return false;
    await attempt(file, run, async () => write(file.path, await file.draw(), run));
  }
  return true;
}

async function write(path: string, content: string | Uint8Array, { folder, signal, written }: Run): Promise<void> {
  signal.throwIfAborted();
  if (await writeChanged(join(folder, path), content)) written.add(path);
}

/** What cannot be made is remembered, and keeps nothing else from being made. */
async function attempt(
  { path, changesWith }: Pick<SiteFile, 'path' | 'changesWith'>,
  { tried, failed, signal, now }: Run,
  make: () => Promise<void>,
): Promise<void> {
  try {
    await make();
    tried.set(path, { at: now(), changesWith });
    failed.delete(path);
  } catch (error) {
    signal.throwIfAborted();
    tried.set(path, { at: now(), changesWith: null });
    failed.set(path, error);
  }
}

const namedFiles = 5;

function failure(failed: ReadonlyMap<string, unknown>): Error {
  const [first] = failed.values();
  if (failed.size === 1 && first instanceof OmegaError) return first;
  const names = [...failed.keys()].slice(0, namedFiles).join(', ');
  const more = failed.size > namedFiles ? ` and ${failed.size - namedFiles} more` : '';
  const stay = failed.size === 1 ? 'the last good one stays' : 'the last good ones stay';
  return new OmegaError(`${names}${more} could not be drawn; ${stay}`, { code: 'E_PAGE', cause: first });
}
