import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '#lib/errors.ts';
import { lineTime } from './log-lines.ts';

/** A log's line and when it was written, in milliseconds since the epoch. */
interface Line {
  readonly raw: string;
  readonly at: number;
}

/** An open file as far as it reached when it was opened, for it may be rotated away or grow while others are read. */
interface OpenFile {
  readonly handle: FileHandle;
  readonly size: number;
}

/** The service whose log a file is: `worker.2.log` is an older part of the worker's. */
export function serviceOf(file: string): string {
  return file.split('.')[0] ?? file;
}

/**
 * All lines since then, of every file, in the order of their times; notes how far each file that still grows was read.
 * However much there is, only a piece of one file a service is in memory.
 */
export async function* linesSince(
  folder: string,
  { files, since, ends }: { files: readonly string[]; since: number; ends: Map<string, number> },
): AsyncGenerator<string> {
  await using opened = new AsyncDisposableStack();
  const services = new Map<string, OpenFile[]>();
  for (const file of files.toSorted((one, other) => ageOf(other) - ageOf(one))) {
    const handle = await openIfThere(join(folder, file));
    if (handle === null) continue;
    opened.use(handle);
    const { mtimeMs, size } = await handle.stat();
    if (ageOf(file) === 0) ends.set(file, size);
    if (mtimeMs < since || size === 0) continue;
    const service = serviceOf(file);
    services.set(service, [...(services.get(service) ?? []), { handle, size }]);
  }
  yield* inOrder([...services.values()].map((parts) => linesOf(parts, since)));
}

/** Null: it was rotated away since the folder was listed. */
async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** 0: it is being written; the older ones count up. */
function ageOf(file: string): number {
  return Number(/\.(\d+)\.log$/.exec(file)?.[1] ?? 0);
}

/** Takes from whichever source has the earliest line; each source is in order by itself. */
async function* inOrder(sources: readonly AsyncGenerator<Line>[]): AsyncGenerator<string> {
  const heads = await Promise.all(sources.map((source) => source.next()));
  for (;;) {
    let first = -1;
    let earliest = Number.POSITIVE_INFINITY;
    for (const [index, head] of heads.entries()) {
      if (head.done === true || head.value.at >= earliest) continue;
      first = index;
      earliest = head.value.at;
    }
    const source = sources[first];
    const head = heads[first];
    if (source === undefined || head === undefined || head.done === true) return;
    yield head.value.raw;
    heads[first] = await source.next();
  }
}

/** The lines of a service's files, the oldest file first; a line without a time came with the one before it. */
async function* linesOf(parts: readonly OpenFile[], since: number): AsyncGenerator<Line> {
  let at = Number.NaN;
  for (const part of parts) {
    for await (const lines of linesByPiece(part)) {
      for (const raw of lines) {
        at = lineTime(raw) ?? at;
        if (at >= since) yield { raw, at };
      }
    }
  }
}

/** Many at once, for waiting on each would take most of the time. */
async function* linesByPiece({ handle, size }: OpenFile): AsyncGenerator<readonly string[]> {
  let rest = '';
  const stream = handle.createReadStream({ encoding: 'utf8', start: 0, end: size - 1, autoClose: false });
  for await (const piece of stream) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  if (rest !== '') yield [rest];
}
