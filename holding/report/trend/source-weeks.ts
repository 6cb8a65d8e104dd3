import type { Source } from './count.ts';
import { voiceOf, type Voice } from './coverage.ts';

/** Each source in each of its weeks, by a number. */
export interface SourceWeeks {
  /** Its number; given where it has none yet. Called once for each sighting. */
  readonly number: (source: Source, week: number) => number;
  /** Undefined where it has none. */
  readonly numberOf: (source: Source, week: number) => number | undefined;
  readonly source: (id: number) => Source;
  readonly voice: (id: number) => Voice;
  /** Whether it was seen more than once in its week. */
  readonly isSeenAgain: (id: number) => boolean;
}

export function createSourceWeeks(): SourceWeeks {
  const ids = new Map<string, number>();
  const known: { readonly source: Source; readonly voice: Voice; times: number }[] = [];
  const entry = (id: number): (typeof known)[number] => {
    const found = known[id];
    if (found === undefined) throw new RangeError(`There is no source ${id}`);
    return found;
  };
  return {
    number: ({ source, kind }, week) => {
      const key = keyIn({ source, kind }, week);
      const id = ids.get(key) ?? known.length;
      if (id === known.length) {
        ids.set(key, id);
        known.push({ source: { source, kind }, voice: voiceOf({ kind }), times: 0 });
      }
      entry(id).times += 1;
      return id;
    },
    numberOf: (source, week) => ids.get(keyIn(source, week)),
    source: (id) => entry(id).source,
    voice: (id) => entry(id).voice,
    isSeenAgain: (id) => entry(id).times > 1,
  };
}

function keyIn(source: Source, week: number): string {
  return `${week} ${keyOf(source)}`;
}

/** Who it is, as one text. */
export function keyOf({ source, kind }: Source): string {
  return `${voiceOf({ kind })} ${source}`;
}
