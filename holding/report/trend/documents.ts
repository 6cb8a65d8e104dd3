import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { messageOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { cleanText } from '../../swarm/guard.ts';
import { forEachOf, isFinal, type Caller } from './caller.ts';
import { daysInPeriod, daysKept, type Day } from './days.ts';
import type { Cover } from './coverage.ts';
import { copyGaps, mostBytes, mostRead, unreadGaps, type Reading } from './document-gaps.ts';
import { findFiles, type FoundFile } from './files.ts';
import type { Item } from './sightings.ts';
import { spokenOf } from './terms.ts';
import { isBinary, textOfHtml } from './text.ts';

/** What came of looking somewhere: what was read, and what could not be. */
export interface Collected {
  readonly items: readonly Item[];
  readonly gaps: readonly Words[];
  /** Of which days it is known what was said; of documents nothing need be kept. */
  readonly covers: readonly Cover[];
}

export interface DocumentsOptions {
  readonly caller: Caller;
  /** Read with all that lies below. */
  readonly folder: string;
  /** Paths are shown relative to it. */
  readonly home: string;
  readonly today: Day;
  /** When a document speaks: the day of its last change. */
  readonly dayOf: (file: FoundFile) => Day;
  /** As terms, found whatever words they have. */
  readonly topics: readonly string[];
  readonly signal: AbortSignal;
  /** Says whether the time for reading is over. */
  readonly isLate: () => boolean;
}

const atATime = 4;

/**
 * Reads the unit's documents through the Filesystem server, the newest first. Each is asked for by itself: in an answer
 * with several, one file could speak in another's name.
 */
export async function readDocuments(options: DocumentsOptions): Promise<Collected> {
  const { caller, signal, isLate, today, dayOf } = options;
  const { files, gaps } = await findFiles(options);
  const old = files.filter((file) => dayOf(file) <= today - daysKept);
  const recent = files.filter((file) => dayOf(file) > today - daysKept);
  const large = recent.filter(({ bytes }) => bytes > mostBytes);
  const wanted = recent.filter(({ bytes }) => bytes <= mostBytes);
  const chosen = chooseNewest(wanted, Math.min(mostRead, caller.left('filesystem.read_text_file')), options);

  const read: Reading = { items: [], broken: [], refused: null };
  const stop = (): boolean => signal.aborted || isLate() || read.refused !== null;
  const done = await forEachOf(chosen, { atATime, stop }, (file) => readOne(file, options, read));
  signal.throwIfAborted();
  return {
    items: read.items,
    covers: [],
    gaps: [
      ...gaps,
      ...unreadGaps({ old, large, left: wanted.length - done, isFull: done === chosen.length, read }, options),
      ...copyGaps(read.items),
    ],
  };
}

/** The newest of this period and the newest before it, for without the latter there is nothing to compare with. */
function chooseNewest(files: readonly FoundFile[], most: number, { today, dayOf }: DocumentsOptions): FoundFile[] {
  const newest = files.toSorted((one, other) => other.modifiedAt - one.modifiedAt);
  const now = newest.filter((file) => dayOf(file) > today - daysInPeriod);
  const before = newest.filter((file) => dayOf(file) <= today - daysInPeriod);
  const ofNow = now.slice(0, Math.max(Math.ceil(most / 2), most - before.length));
  return [...ofNow, ...before.slice(0, most - Math.min(most, ofNow.length))];
}

async function readOne(file: FoundFile, options: DocumentsOptions, read: Reading): Promise<void> {
  try {
    const { text, callId, sha256 } = await options.caller.call('filesystem.read_text_file', { path: file.path });
    if (isBinary(text)) read.broken.push(file);
    else read.items.push(itemOf(file, { text, callId, sha256 }, options));
  } catch (error) {
    options.signal.throwIfAborted();
    if (isFinal(error)) read.refused = messageOf(error);
    else read.broken.push(file);
  }
}

function itemOf(
  file: FoundFile,
  { text: raw, callId, sha256 }: { readonly text: string; readonly callId: string; readonly sha256: string },
  { home, dayOf, today, topics }: DocumentsOptions,
): Item {
  const text = /\.html?$/i.test(file.path) ? textOfHtml(raw) : raw;
  const source = relative(home, file.path);
  const spoken = dayOf(file);
  const day = Math.min(spoken, today);
  return {
    channel: 'documents',
    source,
    kind: 'document',
    // A file that is changed later speaks again, on that day. One of the future speaks once, when it is seen first.
    key: createHash('sha256').update(`${source}\n${spoken}`).digest('hex'),
    day,
    title: cleanText(source),
    ...spokenOf(text, topics),
    url: source,
    sha256,
    callId,
  };
}
