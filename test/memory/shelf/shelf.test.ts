import { beforeEach, describe, expect, test } from 'vitest';
import { openShelf, type Shelf } from '#holding/memory/shelf/shelf.ts';
import { idOf, numbered, put, remembering } from '../../support/journal.ts';

const [a, b, c] = ['Hosting costs 12 euro', 'Hosting costs 14 euro', 'Hosting costs 15 euro'] as const;
let shelf: Shelf;

beforeEach(() => {
  shelf = openShelf(null);
  return () => shelf[Symbol.dispose]();
});

test('a record has all that was remembered', () => {
  const entry = {
    kind: 'trend',
    unit: 'holding',
    lang: 'nl',
    importance: 7.5,
    createdAt: 10,
    validFrom: 20,
    validTo: 30,
    supersedes: [idOf(a)],
    trust: 'web',
    status: 'quarantined',
    suspicion: 'one source',
  } as const;
  const body = {
    keywords: { nl: ['tulp'], en: ['tulip'] },
    source: { type: 'feed', ref: 'https://a.example/x', runId: 'r1', model: null, sha256: 'f'.repeat(64) },
  };
  const line = remembering('Bollen!', { ...entry, ...body });
  put(shelf, line);
  const { id } = line.entry;
  const now = { told: 1, seq: 1, supersededBy: null };
  expect(shelf.get(id)).toEqual({ id, text: 'Bollen!', ...entry, ...body, ...now });
  expect([...shelf.all()]).toEqual([shelf.get(id)]);
  expect(shelf.beginning(id.slice(0, 6))).toEqual([shelf.get(id)]);
  expect(shelf.beginning('%')).toEqual([]);
});

test('lines that are on it already are skipped', () => {
  const lines = numbered([remembering(a), { op: 'told', id: idOf(a), at: 1, origin: 'x' }]);
  shelf.apply(lines);
  shelf.apply(lines);
  expect(shelf.get(idOf(a))?.told).toBe(2);
  expect(shelf.seq()).toBe(2);
});

test('a text that is remembered again was told again, and so is one of which a double was told', () => {
  put(shelf, remembering(a, { origin: 'x' }), remembering(a, { importance: 9, origin: 'y' }));
  put(shelf, { op: 'told', id: idOf(a), at: 5, origin: 'x' }, { op: 'told', id: idOf(a), at: 6, origin: '' });
  expect(shelf.get(idOf(a))).toMatchObject({ told: 4, importance: 5, seq: 1 });
  expect(shelf.origins(idOf(a))).toEqual(['x', 'y']);
});

describe('what is newer takes the place of what is older', () => {
  test('along a chain, each from when it holds on', () => {
    put(shelf, remembering(a), remembering(b, { supersedes: [idOf(a)], validFrom: 2000 }));
    put(shelf, remembering(c, { supersedes: [idOf(b)], validFrom: 3000 }));
    expect(shelf.get(idOf(a))).toMatchObject({ status: 'superseded', supersededBy: idOf(b), validTo: 2000 });
    expect(shelf.get(idOf(b))).toMatchObject({ status: 'superseded', supersededBy: idOf(c), validTo: 3000 });
    expect(shelf.get(idOf(c))).toMatchObject({ status: 'active', supersededBy: null, validTo: null });
  });

  test('an end that was set before stays', () => {
    put(shelf, remembering(a, { validTo: 1500 }), remembering(b, { supersedes: [idOf(a)], validFrom: 2000 }));
    expect(shelf.get(idOf(a))?.validTo).toBe(1500);
  });

  test('the newest where several do, and unknown ones are no fault', () => {
    const unknown = '0'.repeat(64);
    put(shelf, remembering(a), remembering(b, { supersedes: [idOf(a), unknown] }));
    put(shelf, remembering(c, { supersedes: [idOf(a)] }));
    expect(shelf.get(idOf(a))?.supersededBy).toBe(idOf(c));
  });

  test('also where the older one comes later', () => {
    put(shelf, remembering(b, { supersedes: [idOf(a)] }), remembering(a));
    expect(shelf.get(idOf(a))).toMatchObject({ status: 'superseded', supersededBy: idOf(b) });
  });

  test('not while it is in quarantine', () => {
    put(shelf, remembering(a), remembering(b, { supersedes: [idOf(a)], status: 'quarantined', suspicion: 's' }));
    expect(shelf.get(idOf(a))).toMatchObject({ status: 'active', supersededBy: null, validTo: null });
    put(shelf, { op: 'revise', id: idOf(b), at: 9, status: 'active' });
    expect(shelf.get(idOf(b))).toMatchObject({ status: 'active', suspicion: null });
    expect(shelf.get(idOf(a))).toMatchObject({ status: 'superseded', supersededBy: idOf(b) });
    put(shelf, { op: 'revise', id: idOf(b), at: 9, status: 'quarantined' });
    expect(shelf.get(idOf(a))).toMatchObject({ status: 'active', supersededBy: null });
  });

  test('a text that holds again, as a price that went back, is the newest', () => {
    put(shelf, remembering(a), remembering(b, { supersedes: [idOf(a)] }), remembering(a, { supersedes: [idOf(b)] }));
    expect(shelf.get(idOf(a))).toMatchObject({ status: 'active', supersedes: [idOf(b)] });
    expect(shelf.get(idOf(b))).toMatchObject({ status: 'superseded', supersededBy: idOf(a), supersedes: [] });
  });
});

describe('what is forgotten', () => {
  test('has no record any more and never gets one', () => {
    put(shelf, remembering(a, { origin: 'x' }), { op: 'forget', id: idOf(a), at: 2 }, remembering(a));
    expect([shelf.get(idOf(a)), shelf.isForgotten(idOf(a)), shelf.forgotten()]).toEqual([null, true, 1]);
    expect([shelf.origins(idOf(a)), shelf.isForgotten(idOf(b))]).toEqual([[], false]);
    expect(shelf.matching({ text: a, limit: 5, statuses: ['active'] })).toEqual([]);
  });

  test('hands what it superseded to what superseded it, or lets it stand again', () => {
    put(shelf, remembering(a), remembering(b, { supersedes: [idOf(a)] }), remembering(c, { supersedes: [idOf(b)] }));
    put(shelf, { op: 'forget', id: idOf(b), at: 4 });
    expect(shelf.get(idOf(a))).toMatchObject({ status: 'superseded', supersededBy: idOf(c) });
    expect(shelf.get(idOf(c))?.supersedes).toEqual([idOf(a)]);
    put(shelf, { op: 'forget', id: idOf(c), at: 5 });
    expect(shelf.get(idOf(a))).toMatchObject({ status: 'active', supersededBy: null, validTo: null });
  });

  test('takes what was merged into it along', () => {
    put(shelf, remembering(a), remembering(b), remembering(c));
    put(shelf, { op: 'merge', id: idOf(a), into: idOf(b), at: 2 }, { op: 'merge', id: idOf(b), into: idOf(c), at: 3 });
    put(shelf, { op: 'forget', id: idOf(c), at: 4 });
    expect([a, b, c].map((text) => shelf.isForgotten(idOf(text)))).toEqual([true, true, true]);
  });
});

test('what is merged goes, counts where it went, and leaves what it superseded there', () => {
  put(shelf, remembering(a), remembering(b, { supersedes: [idOf(a)], origin: 'x' }), remembering(b), remembering(c));
  put(shelf, { op: 'merge', id: idOf(b), into: idOf(c), at: 2 });
  expect(shelf.get(idOf(b))).toBeNull();
  expect(shelf.isForgotten(idOf(b))).toBe(false);
  expect(shelf.get(idOf(c))).toMatchObject({ told: 3, supersedes: [idOf(a)] });
  expect(shelf.origins(idOf(c))).toEqual(['x']);
  expect(shelf.get(idOf(a))?.supersededBy).toBe(idOf(c));
});

test('what has aged is found by its words no more, until somebody tells it again', () => {
  const matching = () => shelf.matching({ text: a, limit: 5, statuses: ['active', 'aged'] }).length;
  put(shelf, remembering(a), { op: 'age', id: idOf(a), at: 2 });
  expect([shelf.get(idOf(a))?.status, matching()]).toEqual(['aged', 0]);
  put(shelf, { op: 'told', id: idOf(a), at: 3, origin: 'x' });
  expect([shelf.get(idOf(a))?.status, matching()]).toEqual(['active', 1]);
});

test('revising changes what it names, and nothing else', () => {
  put(shelf, remembering(a, { validTo: 50 }), { op: 'revise', id: idOf(a), at: 2, importance: 9 });
  expect(shelf.get(idOf(a))).toMatchObject({ importance: 9, validTo: 50, status: 'active' });
  put(shelf, { op: 'revise', id: idOf(a), at: 2, validTo: null });
  expect(shelf.get(idOf(a))).toMatchObject({ importance: 9, validTo: null });
});

test('lines about what is not there change nothing', () => {
  put(shelf, remembering(a));
  const unknown = idOf('unknown');
  put(shelf, { op: 'told', id: unknown, at: 1, origin: 'x' }, { op: 'revise', id: unknown, at: 1, status: 'active' });
  put(shelf, { op: 'age', id: unknown, at: 1 }, { op: 'merge', id: unknown, into: idOf(a), at: 1 });
  put(shelf, { op: 'merge', id: idOf(a), into: unknown, at: 1 }, { op: 'merge', id: idOf(a), into: idOf(a), at: 1 });
  expect([...shelf.all()].map(({ id, told }) => [id, told])).toEqual([[idOf(a), 1]]);
});

test('a text that the journal lost without its being forgotten leaves no empty record', () => {
  const { entry } = remembering(a);
  put(shelf, entry, remembering(b));
  expect([shelf.seq(), shelf.get(idOf(a)), shelf.get(idOf(b))?.text]).toEqual([2, null, b]);
});

test('it counts by unit, kind and status, and knows when what was made', () => {
  put(shelf, remembering(a, { createdAt: 100 }), remembering(b, { createdAt: 200, supersedes: [idOf(a)] }));
  put(shelf, remembering(c, { createdAt: 300, unit: 'holding' }), { op: 'told', id: idOf(b), at: 400, origin: 'x' });
  expect(shelf.counts()).toEqual([
    { unit: 'holding', kind: 'fact', status: 'active', records: 1 },
    { unit: 'marketing', kind: 'fact', status: 'active', records: 1 },
    { unit: 'marketing', kind: 'fact', status: 'superseded', records: 1 },
  ]);
  expect([shelf.createdSince(200), shelf.createdSince(301), shelf.lastWriteAt()]).toEqual([2, 0, 400]);
  expect([...shelf.all(['superseded'])].map(({ text }) => text)).toEqual([a]);
});

test('what was told to a run is known until it is pruned or forgotten', () => {
  put(shelf, remembering(a), remembering(b));
  shelf.noteRecall({ at: 1, tookMs: 5, runId: 'r', ids: [idOf(a), idOf(b), 'unknown'] });
  shelf.noteRecall({ at: 2, tookMs: 6, runId: null, ids: [idOf(a)] });
  expect(shelf.recalledBy('r').map(({ text }) => text)).toEqual([a, b]);
  expect(shelf.recalledBy('s')).toEqual([]);
  expect(shelf.lastRecall()).toEqual({ at: 2, tookMs: 6 });
  put(shelf, { op: 'forget', id: idOf(b), at: 4 });
  expect(shelf.recalledBy('r').map(({ text }) => text)).toEqual([a]);
  expect(shelf.pruneRecalls(10)).toBe(1);
  expect([shelf.recalledBy('r'), shelf.lastRecall()]).toEqual([[], { at: 2, tookMs: 6 }]);
});
