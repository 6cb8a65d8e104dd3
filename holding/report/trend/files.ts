import { join, relative } from 'node:path';
import { messageOf } from '#lib/errors.ts';
import { quoteOf } from '../../swarm/guard.ts';
import { forEachOf, isFinal, type Caller } from './caller.ts';

/** A file that could be read, by what the Filesystem server says of it. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export interface FilesOptions {
  readonly caller: Caller;
  readonly folder: string;
  readonly home: string;
  readonly signal: AbortSignal;
  readonly isLate: () => boolean;
}

const readable = /\.(?:md|markdown|txt|text|html?|csv|tsv)$/i;
const deepest = 8;
const atATime = 4;

interface Search {
  readonly paths: string[];
  readonly gaps: string[];
  /** How many files of each kind that cannot be read. */
  readonly others: Map<string, number>;
  foldersLeft: number;
}

/** The files below a folder with their sizes and times, and what was not looked at. */
export async function findFiles(
  options: FilesOptions,
): Promise<{ readonly files: FoundFile[]; readonly gaps: string[] }> {
  const { caller, signal } = options;
  const search: Search = { paths: [], gaps: [], others: new Map(), foldersLeft: 0 };
  await listInto(search, options);
  if (search.foldersLeft > 0)
    search.gaps.push(
      `${search.foldersLeft} folders were not looked into: they lie too deep, are too many, or time was over.`,
    );
  if (search.others.size > 0) search.gaps.push(`Of a kind that is not read: ${kinds(search.others)}.`);

  const allowed = caller.left('filesystem.get_file_info');
  const asked = search.paths.slice(0, allowed);
  const look: Look = { files: [], broken: 0, refused: null };
  const stop = (): boolean => signal.aborted || options.isLate() || look.refused !== null;
  const done = await forEachOf(asked, { atATime, stop }, (path) => lookAt(path, caller, look));
  signal.throwIfAborted();
  if (look.refused !== null) search.gaps.push(`Documents could not be looked at: ${quoteOf(look.refused)}`);
  else if (search.paths.length > done)
    search.gaps.push(
      `${search.paths.length - done} of ${search.paths.length} documents were not looked at: ${done < asked.length ? 'time was over' : `the mandate leaves ${allowed} calls of filesystem.get_file_info`}.`,
    );
  if (look.broken > 0)
    search.gaps.push(`${look.broken} documents could not be looked at; they may have gone meanwhile.`);
  return { files: look.files, gaps: search.gaps };
}

async function listInto(search: Search, { caller, folder, home, signal, isLate }: FilesOptions): Promise<void> {
  let level = [folder];
  for (let depth = 0; depth < deepest && level.length > 0; depth += 1) {
    const below: string[] = [];
    for (const [index, path] of level.entries()) {
      signal.throwIfAborted();
      if (caller.left('filesystem.list_directory') === 0 || isLate()) {
        search.foldersLeft += level.length - index + below.length;
        return;
      }
      try {
        const { text } = await caller.call('filesystem.list_directory', { path });
        sort(text, path, { search, below });
      } catch (error) {
        signal.throwIfAborted();
        search.gaps.push(
          `The folder ${quoteOf(relative(home, path)) || '.'} could not be listed: ${quoteOf(messageOf(error))}`,
        );
        if (isFinal(error)) return;
      }
    }
    level = below;
  }
  search.foldersLeft += level.length;
}

/** Each line is `[FILE] name` or `[DIR] name`. A name may hold anything but a slash; what begins with a dot is hidden. */
function sort(text: string, folder: string, { search, below }: { search: Search; below: string[] }): void {
  for (const line of text.split('\n')) {
    const [, kind, name] = /^\[(FILE|DIR)\] (.+)$/.exec(line) ?? [];
    if (name === undefined || name.startsWith('.') || name.includes('/')) continue;
    if (kind === 'DIR') below.push(join(folder, name));
    else if (readable.test(name)) search.paths.push(join(folder, name));
    else {
      const ending = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0].toLowerCase() ?? 'without an ending';
      search.others.set(ending, (search.others.get(ending) ?? 0) + 1);
    }
  }
}

function kinds(others: ReadonlyMap<string, number>): string {
  const most = [...others].toSorted((one, other) => other[1] - one[1]);
  const shown = most.slice(0, 6).map(([ending, count]) => `${count} ${ending}`);
  const more = most.slice(6).reduce((sum, [, count]) => sum + count, 0);
  return `${shown.join(', ')}${more > 0 ? ` and ${more} others` : ''}`;
}

interface Look {
  readonly files: FoundFile[];
  broken: number;
  refused: string | null;
}

async function lookAt(path: string, caller: Caller, look: Look): Promise<void> {
  try {
    const { text } = await caller.call('filesystem.get_file_info', { path });
    const bytes = Number(/^size: (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
    const modifiedAt = Date.parse(/^modified: (.+)$/m.exec(text)?.[1] ?? '');
    const isFile = /^isFile: true$/m.test(text);
    if (isFile && Number.isFinite(bytes) && Number.isFinite(modifiedAt)) look.files.push({ path, bytes, modifiedAt });
    else look.broken += 1;
  } catch (error) {
    if (isFinal(error)) look.refused = messageOf(error);
    else look.broken += 1;
  }
}
