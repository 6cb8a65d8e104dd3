import { assert, property, shuffledSubarray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  emptySequence,
  importSequence,
  missing,
  observe,
  overdue,
  type Sequence,
  type Sighting,
} from '#holding/report/envelope/sequence.ts';

const none = '0'.repeat(64);
const chain = [1, 2, 3, 4, 5, 6].map((seq) => sighting({ seq }));

describe('a reader that opens reports', () => {
  test('has nothing to say of a chain without a gap, from wherever it begins', () => {
    for (const begin of [0, 3]) {
      expect(findingsOf(chain.slice(begin)).flat()).toEqual([]);
    }
  });

  test('calls a report that it opened before a replay, and remembers it once', () => {
    const after = seen([...chain.slice(0, 2), ...chain.slice(0, 1)]);
    expect(findingsOf([...chain.slice(0, 2), ...chain.slice(0, 1)])).toEqual([[], [], ['E_REPLAY']]);
    expect(after.seen).toHaveLength(2);
  });

  test('sees a gap, and sees it close when what was missing comes late', () => {
    const [first, second, third] = chain;
    expect(findingsOf([first!, third!, second!])).toEqual([[], ['E_GAP'], []]);
    expect(missing(seen([first!, third!]))).toEqual([{ sender: 'omega', epoch: 1, from: 2, to: 2 }]);
    expect(missing(seen([first!, third!, second!]))).toEqual([]);
  });

  test('calls a second report of one number a fork', () => {
    expect(findingsOf([...chain.slice(0, 2), sighting({ seq: 2, hash: hashOf(99) })]).at(-1)).toEqual(['E_FORK']);
  });

  test('calls a report a fork that does not go on from the one before, whichever comes first', () => {
    const wrong = sighting({ seq: 3, prev: hashOf(99) });
    expect(findingsOf([chain[1]!, wrong])).toEqual([[], ['E_FORK']]);
    expect(findingsOf([wrong, chain[1]!])).toEqual([[], ['E_FORK']]);
  });

  test('calls a second beginning of one epoch a fork', () => {
    expect(findingsOf([...chain.slice(0, 2), sighting({ seq: 3, prev: none })]).at(-1)).toEqual(['E_FORK']);
  });

  test('lets an epoch begin with any number, and sees where its beginning is missing', () => {
    const begins = sighting({ epoch: 2, seq: 7, prev: none });
    expect(findingsOf([...chain, begins]).at(-1)).toEqual([]);
    const later = sighting({ epoch: 2, seq: 9 });
    expect(findingsOf([...chain, later]).at(-1)).toEqual(['E_GAP']);
    expect(missing(seen([...chain, later]))).toEqual([{ sender: 'omega', epoch: 2, from: null, to: 8 }]);
  });

  test('keeps senders apart', () => {
    expect(findingsOf([chain[0]!, sighting({ sender: 'other', seq: 1, hash: hashOf(50) })]).flat()).toEqual([]);
  });

  test('says of each sender whose next report did not come in time', () => {
    const state = seen(chain);
    const due = Date.parse('2026-03-07T08:00:00Z');
    expect(overdue(state, due)).toEqual([]);
    expect(overdue(state, due + 1)).toEqual([chain.at(-1)]);
    expect(overdue(seen(chain.toReversed()), due + 1)).toEqual([chain.at(-1)]);
  });

  test('finds the same gaps in whatever order the reports come, and no fork where there is none', () => {
    assert(
      property(shuffledSubarray(chain), (some) => {
        expect(findingsOf(some).flat()).not.toContain('E_FORK');
        const seqs = some.map(({ seq }) => seq).toSorted((a, b) => a - b);
        const inOrder = seqs.map((seq) => chain[seq - 1]!);
        expect(missing(seen(some))).toEqual(missing(seen(inOrder)));
        const between = missing(seen(some)).flatMap(({ from, to }) =>
          Array.from({ length: to - from! + 1 }, (_, i) => from! + i),
        );
        const [first = 1, last = 0] = [seqs[0], seqs.at(-1)];
        const absent = chain.filter(({ seq }) => seq > first && seq < last && !seqs.includes(seq));
        expect(between).toEqual(absent.map(({ seq }) => seq));
      }),
    );
  });

  test('finds a fork in whatever order the reports come', () => {
    const forked = [...chain.slice(0, 4), sighting({ seq: 3, hash: hashOf(33) })];
    const orders = shuffledSubarray(forked, { minLength: forked.length });
    assert(
      property(orders, (order) => {
        expect(findingsOf(order).flat()).toContain('E_FORK');
      }),
    );
  });
});

describe('what a reader wrote down', () => {
  test('is read back, and added to what another device knows', () => {
    const text = JSON.stringify(seen(chain.slice(0, 4)));
    expect(importSequence(emptySequence, text)).toEqual(seen(chain.slice(0, 4)));
    expect(missing(importSequence(seen(chain.slice(3)), text))).toEqual([]);
  });

  test.each([
    '',
    'null',
    '[]',
    '{"v":2,"seen":[]}',
    '{"v":1,"seen":{}}',
    '{"v":1,"seen":[null]}',
    JSON.stringify({ v: 1, seen: [sighting({ seq: 0 })] }),
    JSON.stringify({ v: 1, seen: [{ ...sighting({ seq: 1 }), hash: 'x' }] }),
    JSON.stringify({ v: 1, seen: [{ ...sighting({ seq: 1 }), nextBy: 'soon' }] }),
  ])('is refused whole where it is something else: %s', (text) => {
    expect(() => importSequence(emptySequence, text)).toThrow(expect.objectContaining({ code: 'E_FORMAT' }));
  });
});

function sighting(changes: Partial<Sighting> & Pick<Sighting, 'seq'>): Sighting {
  const { seq } = changes;
  const day = String(Math.max(1, seq) + 1).padStart(2, '0');
  const prev = seq === 1 ? none : hashOf(seq - 1);
  return { sender: 'omega', epoch: 1, hash: hashOf(seq), prev, nextBy: `2026-03-${day}T08:00:00Z`, ...changes };
}

function hashOf(n: number): string {
  return n.toString(16).padStart(64, 'a');
}

function seen(sightings: readonly Sighting[]): Sequence {
  return sightings.reduce((sequence, one) => observe(sequence, one).sequence, emptySequence);
}

function findingsOf(sightings: readonly Sighting[]) {
  let sequence: Sequence = emptySequence;
  return sightings.map((one) => {
    const after = observe(sequence, one);
    ({ sequence } = after);
    return after.findings;
  });
}
