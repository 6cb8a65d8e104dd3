import type { Clock } from '#lib/clock.ts';
import { dateOf, digestDayOf } from './digest-day.ts';
import { digestLetter } from './digest-letter.ts';
import { digestView } from './digest-view.ts';
import type { DueLetter, LetterSource } from './source.ts';
import { standingAt, type StandingSources } from './standing.ts';

interface DigestLetters extends StandingSources {
  readonly units: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly digestAt?: string;
}

/** After a night switched off the first look takes a moment: so long it is waited for, then its absence is told. */
const patienceMs = 10 * 60_000;

/** A letter a morning: how it all stands, and what the last 24 hours brought. */
export function createDigestLetters({ units, clock, digestAt = '07:00', ...sources }: DigestLetters): LetterSource {
  const { timezone } = sources.writing;
  let waitingSince: number | null = null;
  return {
    kind: 'digest',
    due: async (now) => {
      const { date: name, at } = digestDayOf(now, { timezone, wallTime: digestAt });
      const due: readonly DueLetter[] = [{ name, at }];
      const { look } = await standingAt(now, sources);
      if (look === 'fresh') waitingSince = null;
      if (look === 'fresh') return due;
      waitingSince ??= clock.monotonic();
      return clock.monotonic() - waitingSince < patienceMs ? [] : due;
    },
    write: async (name, now, signal) => {
      const { date } = digestDayOf(now, { timezone, wallTime: digestAt });
      if (name !== date && name !== dateOf(now, timezone)) return null; // What is past is no longer how it stands.
      const standing = await standingAt(now, sources);
      signal.throwIfAborted();
      return digestLetter(await digestView(standing, units), sources.writing);
    },
  };
}
