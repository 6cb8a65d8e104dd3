import { relative } from 'node:path';
import type { Translated } from '#lib/language.ts';
import { amountOf, type Noun } from '../../health/views/wording.ts';
import { quoteOf, shorten } from '../../swarm/guard.ts';
import type { Caller } from './caller.ts';
import { daysKept } from './days.ts';
import type { FoundFile } from './files.ts';
import type { Item } from './sightings.ts';

/** The tool takes a file whole, so a longer one is not asked for. */
export const mostBytes = 256 * 1024;
/** So many documents are read for one report. */
export const mostRead = 1000;

/** What came of reading documents. */
export interface Reading {
  readonly items: Item[];
  readonly broken: FoundFile[];
  refused: string | null;
}

interface Unread {
  readonly old: readonly FoundFile[];
  readonly large: readonly FoundFile[];
  readonly left: number;
  /** Whether all that were chosen were read. */
  readonly isFull: boolean;
  readonly read: Reading;
}

interface Place {
  readonly caller: Caller;
  readonly home: string;
}

/** Which documents were not read, and why. */
export function unreadGaps({ old, large, left, isFull, read }: Unread, place: Place): Translated[] {
  return [
    ...withPaths(old, place, {
      en: `Older than ${daysKept} days and not read`,
      nl: `Ouder dan ${daysKept} dagen en niet gelezen`,
    }),
    ...withPaths(large, place, {
      en: `Larger than ${mostBytes / 1024} KiB and not read`,
      nl: `Groter dan ${mostBytes / 1024} KiB en niet gelezen`,
    }),
    ...withPaths(read.broken, place, { en: 'Not text, or not readable', nl: 'Geen tekst, of niet te lezen' }),
    ...(read.refused === null ? [] : [refusedGap(read.refused)]),
    ...(left > 0 && read.refused === null ? [leftGap(left, whyLeft(place, isFull))] : []),
  ];
}

function withPaths(files: readonly FoundFile[], { home }: Place, what: Translated): Translated[] {
  return listing(
    what,
    files.map(({ path }) => relative(home, path)),
  );
}

/** Nothing, where there is nothing to list. */
function listing(what: Translated, paths: readonly string[]): Translated[] {
  if (paths.length === 0) return [];
  const shown = paths
    .map((path) => shorten(quoteOf(path), 120))
    .toSorted()
    .slice(0, 5);
  const more = paths.length - shown.length;
  const all = shown.join(', ');
  return [
    {
      en: `${what.en}: ${all}${more > 0 ? ` and ${more} more` : ''}.`,
      nl: `${what.nl}: ${all}${more > 0 ? ` en nog ${more}` : ''}.`,
    },
  ];
}

function refusedGap(why: string): Translated {
  return {
    en: `Documents could not be read: ${quoteOf(why)}`,
    nl: `Documenten konden niet worden gelezen: ${quoteOf(why)}`,
  };
}

const leftOut: Noun = {
  one: { en: 'document was left out, the oldest', nl: 'document is weggelaten, het oudste' },
  many: { en: 'documents were left out, the oldest', nl: 'documenten zijn weggelaten, de oudste' },
};

function leftGap(left: number, why: Translated): Translated {
  const { en, nl } = amountOf(left, leftOut);
  return { en: `${en}: ${why.en}.`, nl: `${nl}: ${why.nl}.` };
}

function whyLeft({ caller }: Place, isFull: boolean): Translated {
  if (!isFull) return { en: 'the time for reading was over', nl: 'de tijd om te lezen was om' };
  const tool = 'filesystem.read_text_file';
  if (caller.left(tool) > 0)
    return { en: `a report reads ${mostRead} at most`, nl: `een rapport leest er hoogstens ${mostRead}` };
  return {
    en: `the mandate allows no more calls of ${tool}`,
    nl: `het mandaat staat geen aanroepen van ${tool} meer toe`,
  };
}

/** The same text under several names is one source: which of them are not counted. */
export function copyGaps(items: readonly Item[]): Translated[] {
  const copies = [...Map.groupBy(items, ({ sha256 }) => sha256).values()].flatMap((same) => {
    const [, ...later] = same.toSorted((one, other) => one.day - other.day || (one.source < other.source ? -1 : 1));
    return later.map(({ source }) => source);
  });
  const what = {
    en: 'The same text as another document, so not counted',
    nl: 'Dezelfde tekst als een ander document, dus niet geteld',
  };
  return listing(what, copies);
}

/** No document at all was read. */
export function noDocumentsGap(unit: string): Translated {
  return {
    en: `No documents were read: put text (.md, .txt, .html, .csv) into units/${unit}/documents in the data folder.`,
    nl: `Er zijn geen documenten gelezen: zet tekst (.md, .txt, .html, .csv) in units/${unit}/documents in de datamap.`,
  };
}
