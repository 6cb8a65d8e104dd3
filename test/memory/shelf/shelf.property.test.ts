import { join } from 'node:path';
import { array, assert, constantFrom, nat, oneof, property, record, subarray, type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import type { Verdict } from '#lib/chain.ts';
import { openJournal, type Journal } from '#holding/memory/journal/journal.ts';
import { openShelf, type Shelf } from '#holding/memory/shelf/shelf.ts';
import { temporaryFolder } from '../../support/health.ts';
import { contentOf, idOf, remembering } from '../../support/journal.ts';

type Line = Parameters<Journal['append']>[0][number];

const texts = [
  'Hosting costs 12 euro',
  'Hosting costs 14 euro',
  'De bakker is dicht',
  'De bakker is open',
  'Ingrid answers late',
  '語彙猫犬',
] as const;
const text = constantFrom(...texts);
const id = text.map(idOf);
const at = nat(1000);

const entries: Arbitrary<Line> = oneof(
  {
    weight: 3,
    arbitrary: record({
      text,
      supersedes: subarray([...texts]),
      status: constantFrom('active', 'quarantined'),
      at,
    }).map((given) =>
      remembering(given.text, {
        supersedes: given.supersedes.slice(0, 2).map(idOf),
        status: given.status,
        createdAt: given.at,
        validFrom: given.at,
        origin: `o${given.at % 3}`,
      }),
    ),
  },
  record({ id, at, origin: constantFrom('o0', 'o1', '') }).map((e) => ({ entry: { op: 'told', ...e } as const })),
  record({ id, at, status: constantFrom('active', 'quarantined') }).map((e) => ({
    entry: { op: 'revise', ...e } as const,
  })),
  record({ id, at, importance: nat(10), validTo: constantFrom(null, 7) }).map((e) => ({
    entry: { op: 'revise', ...e } as const,
  })),
  record({ id, into: id, at }).map((e) => ({ entry: { op: 'merge', ...e } as const })),
  record({ id, at }).map((e) => ({ entry: { op: 'age', ...e } as const })),
  record({ id, at }).map((e) => ({ entry: { op: 'forget', ...e } as const })),
);

/** A batch is written through one of the handles, or put on one of the shelves as far as the journal goes. */
const steps = array(record({ lines: array(entries, { minLength: 1, maxLength: 4 }), writer: nat(1), reader: nat(2) }), {
  minLength: 1,
  maxLength: 10,
});

function pick<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error('There is no such one');
  return value;
}

function catchUp(shelf: Shelf, journal: Journal): void {
  shelf.apply(journal.after(shelf.seq()));
}

test('whoever brings it up, and whenever, a shelf is what a replay of the journal makes', () => {
  assert(
    property(steps, (chosen) => {
      using folder = temporaryFolder();
      const [ledger, file] = [join(folder.path, 'ledger.sqlite'), join(folder.path, 'memory.sqlite')];
      using one = openJournal(ledger);
      using two = openJournal(ledger);
      using first = openShelf(file);
      using second = openShelf(file);
      const journals = [one, two];
      for (const { lines, writer, reader } of chosen) {
        pick(journals, writer).append(lines);
        const shelf = [first, second][reader];
        if (shelf !== undefined) catchUp(shelf, pick(journals, 1 - writer));
      }
      catchUp(second, one);
      using replayed = openShelf(null);
      catchUp(replayed, two);
      expect(contentOf(first, texts)).toEqual(contentOf(replayed, texts));
      // Memory never writes what was forgotten again; these lines do, and that is told.
      expect(one.verify()).toSatisfy((verdict: Verdict) => verdict.ok || /was forgotten/.test(verdict.why));
    }),
    { numRuns: 40 },
  );
});

test('a record is superseded by one that is there, names it, and is not in quarantine', () => {
  assert(
    property(array(entries, { maxLength: 40 }), (lines) => {
      using shelf = openShelf(null);
      shelf.apply(lines.map(({ entry, body = null }, index) => ({ seq: index + 1, entry, body })));
      for (const older of shelf.all()) {
        const newer = older.supersededBy === null ? null : shelf.get(older.supersededBy);
        const claimants = [...shelf.all()].filter(({ supersedes }) => supersedes.includes(older.id));
        if (newer === null) expect(claimants.filter(({ status }) => status === 'active')).toEqual([]);
        else expect(claimants.map(({ id: claimant }) => claimant)).toContain(newer.id);
        expect(newer?.status).not.toBe('quarantined');
      }
    }),
    { numRuns: 200 },
  );
});
