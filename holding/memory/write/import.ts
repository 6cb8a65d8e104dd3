import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '#lib/clock.ts';
import { ordersIn } from './admit.ts';
import { catchUp, writeInBooks, type Books, type Write } from '../books.ts';
import { dropVectors } from './forget.ts';
import { readExport, type Exported, type ExportedRecord } from './import-lines.ts';
import type { KeptVectors } from '../vectors/kept-vectors.ts';
import type { ImportOptions, ImportResult } from '../memory.ts';
import { writeRecord } from './write-record.ts';

export interface Importing {
  readonly books: Books;
  readonly kept: Pick<KeptVectors, 'forget'>;
  /** What may stand in no record. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
}

/** One commit takes so many records: then others get their turn. */
const mostAtOnce = 500;

/** Reads it all first, so that one bad line leaves everything as it was; then takes in what is not known yet. */
export async function importLines(
  lines: AsyncIterable<string> | Iterable<string>,
  importing: Importing,
  { signal, onProgress, onForgetting }: ImportOptions = {},
): Promise<ImportResult> {
  const { books } = importing;
  const exported = await readExport(lines, { secrets: importing.secrets, signal });
  catchUp(books);
  const total = exported.records.length;
  const live = exported.forgotten.filter((id) => books.shelf.get(id) !== null).length;
  if (live > 0) await onForgetting?.(live);
  const gone = forgetAll(exported.forgotten, importing);
  let records = 0;
  const ordered = olderFirst(exported);
  for (let start = 0; start < total; start += mostAtOnce) {
    signal?.throwIfAborted();
    const some = ordered.slice(start, start + mostAtOnce);
    records += takeIn(some, importing, exported);
    onProgress?.(Math.min(total, start + mostAtOnce), total);
    await nextTurn();
  }
  return { records, known: total - records, ...gone };
}

/** Before the records, so that none of these comes in for a moment. */
function forgetAll(
  ids: readonly string[],
  { books, kept, clock }: Importing,
): Pick<ImportResult, 'tombstones' | 'forgotten'> {
  const { tombstones, records } = writeInBooks(books, (write) => {
    const fresh = ids.filter((id) => !books.shelf.isForgotten(id));
    const found = fresh.flatMap((id) => books.shelf.get(id) ?? []);
    for (const id of fresh) write({ op: 'forget', id, at: clock.now() });
    return { tombstones: fresh.length, records: found };
  });
  if (records.length > 0) dropVectors(records, { books, kept });
  return { tombstones, forgotten: records.length };
}

/** What was superseded goes before what took its place: one that is told again stands again. */
function olderFirst({ records }: Exported): readonly ExportedRecord[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const ordered = new Set<ExportedRecord>();
  const seen = new Set<string>();
  const stack = records.map(({ id }) => ({ id, isReady: false })).toReversed();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const record = byId.get(next.id);
    if (record === undefined) continue;
    if (next.isReady) ordered.add(record);
    if (next.isReady || seen.has(next.id)) continue;
    seen.add(next.id);
    stack.push({ id: next.id, isReady: true });
    for (const id of record.supersedes) if (!seen.has(id)) stack.push({ id, isReady: false });
  }
  return [...ordered];
}

function takeIn(
  records: readonly ExportedRecord[],
  { books, clock }: Pick<Importing, 'books' | 'clock'>,
  { validFrom }: Exported,
): number {
  return writeInBooks(books, (write) => {
    const fresh = records.filter(({ id }) => books.shelf.get(id) === null && !books.shelf.isForgotten(id));
    for (const record of fresh) restore(record, { write, now: clock.now(), validFrom });
    return fresh.length;
  });
}

/** The lines that make the record as it was exported. */
function restore(
  record: ExportedRecord,
  { write, now, validFrom }: { readonly write: Write; readonly now: number; readonly validFrom: Exported['validFrom'] },
): void {
  const { told, origins, validTo, supersededBy, released } = record;
  const [origin, ...others] = origins;
  // What it ends at because something took its place follows from that, and goes with it.
  const isDerived = supersededBy !== null && validFrom.get(supersededBy) === validTo;
  const suspicion = record.suspicion ?? (released === true ? null : ordersIn(record));
  const status = suspicion === null ? 'active' : 'quarantined';
  writeRecord({ ...record, suspicion, status, validTo: isDerived ? null : validTo }, { write, origin });
  const again = { op: 'told', id: record.id, at: now } as const;
  const named = others.slice(0, told - 1);
  for (const other of named) write({ ...again, origin: other });
  const times = told - 1 - named.length;
  if (times > 0) write({ ...again, origin: origin ?? '', times });
  if (record.status === 'aged') write({ op: 'age', id: record.id, at: now });
}
