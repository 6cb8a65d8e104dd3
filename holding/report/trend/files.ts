import { join, relative } from 'node:path';
import { messageOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { quoteOf } from '../../swarm/guard.ts';
import { forEachOf, isFinal, type Caller } from './caller.ts';
import { folderGap, foldersGap, kindsGap, lookGaps, type Look } from './file-gaps.ts';

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
  readonly gaps: Words[];
  /** How many files of each kind that cannot be read, by the ending of their names, which may be none. */
  readonly others: Map<string, number>;
  foldersLeft: number;
}

/** The files below a folder with their sizes and times, and what was not looked at. */
export async function findFiles(
  options: FilesOptions,
): Promise<{ readonly files: FoundFile[]; readonly gaps: Words[] }> {
  const { caller, signal } = options;
  const search: Search = { paths: [], gaps: [], others: new Map(), foldersLeft: 0 };
  await listInto(search, options);
  if (search.foldersLeft > 0) search.gaps.push(foldersGap(search.foldersLeft));
  if (search.others.size > 0) search.gaps.push(kindsGap(search.others));

  const allowed = caller.left('filesystem.get_file_info');
  const asked = search.paths.slice(0, allowed);
  const look: Look = { files: [], broken: 0, refused: null };
  const stop = (): boolean => signal.aborted || options.isLate() || look.refused !== null;
  const done = await forEachOf(asked, { atATime, stop }, (path) => lookAt(path, caller, look));
  signal.throwIfAborted();
  search.gaps.push(...lookGaps(look, { of: search.paths.length, done, allowed }));
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
        search.gaps.push(folderGap(quoteOf(relative(home, path)) || '.', quoteOf(messageOf(error))));
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
      const ending = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0].toLowerCase() ?? '';
      search.others.set(ending, (search.others.get(ending) ?? 0) + 1);
    }
  }
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
