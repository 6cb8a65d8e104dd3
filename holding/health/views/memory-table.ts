import type { Snapshot } from '../snapshot.ts';
import type { Moment, MomentOf } from './wording.ts';

/** What Omega remembers, as a table of units and kinds. */
export interface MemoryTable {
  /** Only those that there are records of, the most frequent first. */
  readonly kinds: readonly string[];
  /** A unit's records of each kind, in the order of {@link MemoryTable.kinds}, and all of them. */
  readonly rows: readonly { readonly unit: string; readonly records: readonly number[]; readonly total: number }[];
  readonly total: number;
  readonly newThisWeek: number;
  /** Null: never yet. */
  readonly lastWrite: Moment | null;
  readonly lastRecall: { readonly at: Moment; readonly tookMs: number } | null;
}

/** The units with the most records first. */
export function memoryTable({ memory }: Snapshot, moment: MomentOf): MemoryTable | null {
  if (memory === null) return null;
  const { counts, newThisWeek, lastWriteAt, lastRecall } = memory;
  const kinds = mostFirst(Map.groupBy(counts, ({ kind }) => kind)).map(({ name }) => name);
  const units = mostFirst(Map.groupBy(counts, ({ unit }) => unit));
  return {
    kinds,
    rows: units.map(({ name, of, total }) => ({
      unit: name,
      records: kinds.map((kind) => sum(of.filter((one) => one.kind === kind))),
      total,
    })),
    total: sum(counts),
    newThisWeek,
    lastWrite: lastWriteAt === null ? null : moment(lastWriteAt),
    lastRecall: lastRecall === null ? null : { at: moment(lastRecall.at), tookMs: lastRecall.tookMs },
  };
}

type Counts = NonNullable<Snapshot['memory']>['counts'];

function mostFirst(grouped: ReadonlyMap<string, Counts>): { name: string; of: Counts; total: number }[] {
  return [...grouped]
    .map(([name, of]) => ({ name, of, total: sum(of) }))
    .filter(({ total }) => total > 0)
    .toSorted((one, other) => other.total - one.total || (one.name < other.name ? -1 : 1));
}

function sum(counts: readonly { readonly records: number }[]): number {
  return counts.reduce((total, { records }) => total + records, 0);
}
