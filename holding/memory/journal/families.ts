import type { Entry } from './journal.ts';

/** Which records there are and what was merged into each, as the lines of the journal tell one after the other. */
export interface Families {
  readonly add: (entry: Pick<Entry, 'op' | 'id'> & { readonly into?: string }) => void;
  /** The record and all that was merged into it, and into that: the same in other words. */
  readonly of: (id: string) => readonly string[];
}

/** Those of an empty journal; the shelf goes by the same rules. */
export function createFamilies(): Families {
  const there = new Set<string>();
  const forgotten = new Set<string>();
  const mergedInto = new Map<string, string>();
  const of = (id: string): readonly string[] => {
    const family = new Set([id]);
    for (const member of family) {
      for (const [merged, into] of mergedInto) if (into === member) family.add(merged);
    }
    return [...family];
  };
  return {
    of,
    add: ({ op, id, into }) => {
      if (op === 'remember' && !forgotten.has(id)) {
        there.add(id);
        mergedInto.delete(id);
      }
      if (op === 'merge' && into !== undefined && into !== id && there.has(id) && there.has(into)) {
        there.delete(id);
        mergedInto.set(id, into);
      }
      if (op !== 'forget') return;
      for (const member of of(id)) {
        there.delete(member);
        forgotten.add(member);
      }
    },
  };
}
