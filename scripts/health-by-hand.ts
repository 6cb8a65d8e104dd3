import { openHistory } from '#holding/health/store/history.ts';
import type { State } from '#holding/health/snapshot.ts';
import { codeOf, OmegaError, usageError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { plain, type paint } from './command.ts';
import { readSnapshot } from './first-page.ts';

/** What a verb is called with. */
export interface Use {
  readonly words: readonly string[];
  readonly values: {
    readonly json: boolean;
    readonly limit?: string | undefined;
    readonly for?: string | undefined;
    readonly until?: string | undefined;
    readonly from?: string | undefined;
    readonly why?: string | undefined;
  };
  readonly signal: AbortSignal;
}

/** A state in shape and word, so that it is read without colours too. */
export const marks: Readonly<Record<State, readonly [colour: Parameters<typeof paint>[0], shape: string]>> = {
  new: ['dim', '·'],
  up: ['green', '✓'],
  degraded: ['yellow', '!'],
  late: ['yellow', '…'],
  down: ['red', '✗'],
  flapping: ['yellow', '~'],
  blocked: ['yellow', '/'],
  unknown: ['yellow', '?'],
  paused: ['dim', '='],
  maintenance: ['dim', '='],
  off: ['dim', '–'],
};

/** @throws OmegaError, exit code 2, where a verb is given another number of words than it takes. */
export function requireWords(verb: string, words: readonly string[], takes: 0 | 1): void {
  const [first, extra] = [words[0], words[takes]];
  if (takes === 1 && first === undefined)
    throw usageError('Which check?', `npm run health -- ${verb} ID; npm run health -- list names them.`);
  if (extra !== undefined)
    throw usageError(`It takes no “${plain(extra)}”.`, 'npm run health -- --help shows what each verb takes.');
}

/** The ids of all checks that are or ever were watched, today's first. */
export async function knownChecks(paths: DataPaths): Promise<readonly string[]> {
  const present = (await readSnapshot(paths))?.checks.map(({ id }) => id) ?? [];
  return [...new Set([...present, ...pastChecks(paths)])];
}

function pastChecks({ healthDb }: DataPaths): readonly string[] {
  try {
    using history = openHistory(healthDb);
    return history.checks();
  } catch (error) {
    if (codeOf(error) === 'E_NO_RECORDS') return []; // Nothing has been watched yet, or a damaged file says nothing.
    throw error;
  }
}

/** @throws OmegaError, exit code 2, with the ids that look like it, where it is none of them. */
export function requireKnown(id: string, known: readonly string[]): void {
  if (known.includes(id)) return;
  if (known.length === 0) throw nothingWatched();
  throw usageError(`There is no check ${plain(id)}.`, `There are: ${near(id, known).join(', ')}.`);
}

/** Of a machine on which nothing ran yet. */
export function nothingWatched(): OmegaError {
  const hint = 'npm start makes the first heartbeat, and looks each minute from then on.';
  return new OmegaError('Nothing is watched yet.', { code: 'E_NO_RECORDS', hint });
}

/** Those that share a part with it; where there are none, all. */
function near(id: string, known: readonly string[]): readonly string[] {
  const parts = id
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((part) => part.length > 1);
  const alike = known.filter((one) => parts.some((part) => one.includes(part) || isNearly(part, one)));
  return alike.length > 0 ? alike : known;
}

/** The same letters in another order, or a letter or two in the middle that are wrong, missing or too many. */
function isNearly(part: string, id: string): boolean {
  return id.split('-').some((word) => {
    if (lettersOf(part) === lettersOf(word)) return true;
    const shorter = Math.min(word.length, part.length);
    let same = 0;
    while (same < shorter && word[same] === part[same]) same++;
    let sameEnd = 0;
    while (sameEnd < shorter - same && word.at(-1 - sameEnd) === part.at(-1 - sameEnd)) sameEnd++;
    return same + sameEnd >= Math.max(word.length, part.length) - (part.length > 5 ? 2 : 1);
  });
}

function lettersOf(word: string): string {
  return word
    .split('')
    .toSorted((a, b) => a.localeCompare(b))
    .join('');
}
