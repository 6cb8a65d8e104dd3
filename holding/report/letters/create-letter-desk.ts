import type { Clock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import type { Language } from '#lib/language.ts';
import type { Log } from '#lib/log.ts';
import { cleanText } from '../../swarm/guard.ts';
import type { Snapshot } from '../../health/snapshot.ts';
import type { Past } from '../../health/views/page.ts';
import type { LetterDesk } from '../letter.ts';
import { createCanaryLetters } from './canary-letters.ts';
import { createDigestLetters } from './digest-letters.ts';
import { markupOf } from './html.ts';
import { createIncidentLetters } from './incident-letters.ts';
import { letterAgeMs, type DueLetter, type LetterSource } from './source.ts';
import { createTrendLetters } from './trend-letters.ts';
import { writingIn } from './writing.ts';

/** What a desk takes. */
export interface LetterDeskOptions {
  /** The folder of the business units, whose reports are sent. */
  readonly units: string;
  /** How things stand; resolves to null where nobody can say. */
  readonly snapshot: () => Promise<Snapshot | null>;
  /** The records of the past; a health store is one. */
  readonly store: Past;
  readonly language: Language;
  readonly timezone: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the owner is still to show that a report can be opened: there is a key, and none was acknowledged. */
  readonly wantsCanary: () => boolean;
  /** When the digest comes, by the clock on the wall; `07:00` unless said. */
  readonly digestAt?: string;
}

/** The desk at which all letters to the owner are written. */
export function createLetterDesk(options: LetterDeskOptions): LetterDesk {
  const { language, timezone, clock, log, wantsCanary } = options;
  const writing = writingIn(language, timezone);
  const sources: readonly LetterSource[] = [
    createCanaryLetters({ writing, wantsCanary }),
    createTrendLetters({ ...options, writing }),
    createIncidentLetters({ ...options, writing }),
    createDigestLetters({ ...options, writing }),
  ];
  return {
    due: async (signal) => {
      const now = clock.now();
      const found = await Promise.all(sources.map((source) => dueOf(source, { now, log, signal })));
      return found
        .flat()
        .filter(({ at }) => at >= now - letterAgeMs)
        .toSorted((one, other) => one.at - other.at || (one.name < other.name ? -1 : 1))
        .map(({ name }) => name);
    },
    write: async (ref, signal) => {
      const source = sources.find(({ kind }) => ref.startsWith(`${kind}/`));
      const madeAt = clock.now();
      const written = (await source?.write(ref.slice(source.kind.length + 1), madeAt, signal)) ?? null;
      if (source === undefined || written === null) throw noLetter(ref);
      const { title, tally, page } = written;
      return { ref, kind: source.kind, title: cleanText(title), language, html: markupOf(page), tally, madeAt };
    },
  };
}

interface Asking {
  readonly now: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A source that cannot be asked holds up no other. */
async function dueOf(source: LetterSource, { now, log, signal }: Asking): Promise<readonly DueLetter[]> {
  try {
    const due = await source.due(now, signal);
    return due.map(({ name, at }) => ({ name: `${source.kind}/${name}`, at }));
  } catch (error) {
    signal.throwIfAborted();
    log.error('Nobody can say which letters of a kind are due', { kind: source.kind, error });
    return [];
  }
}

function noLetter(ref: string): OmegaError {
  return new OmegaError(`There is nothing that the letter ${cleanText(ref).slice(0, 120)} could be made of.`, {
    code: 'E_NO_LETTER',
    hint: 'A letter is canary/1, trend/UNIT/REPORT, incident/NUMBER or the digest of today, as digest/2026-03-03.',
    permanent: true,
  });
}
