import { expect, test } from 'vitest';
import type { Query, Recall } from '#holding/memory/memory.ts';
import type { Found } from '#holding/memory/recall/found-around.ts';
import type { Nearest } from '#holding/memory/recall/nearest.ts';
import { recallFrom } from '#holding/memory/recall/recall.ts';
import { openShelf, type Shelf } from '#holding/memory/shelf/shelf.ts';
import { emptyDictionary } from '#holding/memory/words/dictionary.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import { idOf, put, remembering } from '../../support/journal.ts';

const now = 100_000;
const away: Nearest = () => Promise.reject(new OmegaError('It does not answer', { code: 'E_INDEX_AWAY' }));

interface Asking {
  readonly nearest?: Nearest;
  readonly signal?: AbortSignal;
}

async function recall(shelf: Shelf, query: Query, { nearest = away, signal }: Asking = {}): Promise<Recall> {
  const clock = { ...systemClock, now: () => now };
  const parts = { shelf, nearest, dictionary: emptyDictionary, clock };
  return await recallFrom(query, parts, signal ?? new AbortController().signal);
}

async function texts(shelf: Shelf, query: Partial<Query> = {}, asking?: Asking): Promise<string[]> {
  const { hits } = await recall(shelf, { text: 'what is the rent of the shop?', ...query }, asking);
  return hits.map(({ text }) => text);
}

/** Finds these, with their cosines. */
function finding(similarities: Readonly<Record<string, number>>, average = 0): Nearest {
  const found: Found = {
    neighbours: Object.entries(similarities).map(([text, similarity]) => ({ id: idOf(text), similarity })),
    similarityOf: ({ text }) => similarities[text] ?? null,
    average,
  };
  return async () => found;
}

const old = 'The rent of the shop is 800 euro.';
const newer = 'The rent of the shop is 900 euro.';
const newest = 'The rent of the shop is 950 euro.';
const other = 'The rent of the storage room is 120 euro.';
const noise = ['Tulips sell well in April.', 'The site was down for an hour.', 'Anna likes long walks.'];

function shelfOf(...lines: Parameters<typeof put>[1][]): Shelf {
  const shelf = openShelf(null);
  put(shelf, ...noise.map((text) => remembering(text)), ...lines);
  return shelf;
}

test('what answers stands above what does not, and by words alone it says so', async () => {
  using shelf = shelfOf(remembering(other), remembering(old));
  const { hits, weak, degraded } = await recall(shelf, { text: 'what is the rent of the shop?' });
  expect(hits.map(({ text }) => text)).toEqual([old, other]);
  expect(hits[0]).toMatchObject({ vector: null, isCut: false, record: { id: idOf(old) } });
  expect(weak).toBe(false);
  expect(degraded).toBe('Found by words alone: It does not answer');
});

test('what shares no word is found by its meaning', async () => {
  using shelf = shelfOf(remembering('Huur: 800 euro.'));
  const near = finding({ 'Huur: 800 euro.': 0.6, [noise[0] ?? '']: 0.1 }, 0.1);
  const { hits, degraded } = await recall(shelf, { text: 'monthly lease' }, { nearest: near });
  expect(hits[0]).toMatchObject({ text: 'Huur: 800 euro.', vector: 0.6, words: 0 });
  expect(degraded).toBeNull();
});

test('an empty memory answers nothing, weakly', async () => {
  using shelf = openShelf(null);
  expect(await recall(shelf, { text: 'rent' })).toMatchObject({ hits: [], weak: true });
});

test.each(['👍', '…', 'a'.repeat(4000), 'x '.repeat(2000), '__proto__ constructor'])(
  'a question such as %.20j finds nothing, weakly',
  async (text) => {
    using shelf = shelfOf(remembering(old));
    expect(await recall(shelf, { text })).toMatchObject({ hits: [], weak: true });
  },
);

test('an index whose numbers are no numbers does not change the order', async () => {
  using shelf = shelfOf(remembering(old), remembering(other));
  const nearest = finding({ [old]: Number.NaN, [other]: Number.NaN }, Number.NaN);
  const { hits } = await recall(shelf, { text: 'rent of the shop' }, { nearest });
  expect(hits.every(({ score }) => Number.isFinite(score))).toBe(true);
});

test('an id that the index has and the shelf does not is passed over', async () => {
  using shelf = shelfOf(remembering(old));
  expect(await texts(shelf, {}, { nearest: finding({ 'Never told.': 0.99, [old]: 0.5 }) })).toContain(old);
});

test('whoever stops waiting is told so', async () => {
  using shelf = shelfOf(remembering(old));
  const stop = new AbortController();
  const nearest: Nearest = async () => {
    stop.abort(new Error('enough'));
    throw new Error('interrupted');
  };
  await expect(recall(shelf, { text: 'rent' }, { nearest, signal: stop.signal })).rejects.toThrow('enough');
});

test('of a chain of versions only the last is told, found by whichever', async () => {
  using shelf = shelfOf(
    remembering(old),
    remembering(newer, { supersedes: [idOf(old)] }),
    remembering('From now on 950 a month.', { supersedes: [idOf(newer)] }),
  );
  expect(await texts(shelf)).toEqual(['From now on 950 a month.']);
});

test('as history each version stands below what took its place, however important it was', async () => {
  using shelf = shelfOf(
    remembering(old, { importance: 10 }),
    remembering(newer, { supersedes: [idOf(old)], importance: 1 }),
    remembering(newest, { supersedes: [idOf(newer)], importance: 5, kind: 'mandate' }),
    remembering(other),
  );
  const told = await texts(shelf, { history: true });
  expect(told.filter((text) => text !== other)).toEqual([newest, newer, old]);
});

test('a long history takes no time', async () => {
  const versions = Array.from({ length: 60 }, (_, at) => `The rent of the shop is ${800 + at} euro.`);
  using shelf = shelfOf(
    ...versions.map((text, at) => remembering(text, { supersedes: at === 0 ? [] : [idOf(versions[at - 1] ?? '')] })),
  );
  const told = await texts(shelf, { history: true, limit: 100, maxChars: 100_000 });
  expect(told).toEqual(versions.toReversed());
});

test('two that are said to take each other’s place end the search', async () => {
  using shelf = shelfOf(remembering(old), remembering(newer));
  const circling = (id: string): ReturnType<Shelf['get']> => {
    const record = shelf.get(id);
    const by = id === idOf(old) ? idOf(newer) : id === idOf(newer) ? idOf(old) : null;
    return record === null ? null : { ...record, supersededBy: by, status: by === null ? 'active' : 'superseded' };
  };
  const inCircle = { ...shelf, get: circling };
  expect(await texts(inCircle)).toEqual([]);
  expect(await texts(inCircle, { history: true })).toHaveLength(2);
});

test('where the newer version is forgotten or doubted, the older one stands again', async () => {
  using shelf = shelfOf(remembering(old), remembering(newer, { supersedes: [idOf(old)] }));
  put(shelf, { op: 'revise', id: idOf(newer), at: 2, status: 'quarantined' });
  expect(await texts(shelf)).toEqual([old]);
  put(shelf, { op: 'forget', id: idOf(newer), at: 3 });
  expect(await texts(shelf)).toEqual([old]);
});

test.each([
  ['is aged', { op: 'age', id: idOf(newer), at: 2 }, {}],
  ['has ended', { op: 'revise', id: idOf(newer), at: 2, validTo: 5000 }, {}],
  ['is of another kind than was asked for', null, { kinds: ['fact'] }],
  ['is of another unit than was asked for', null, { unit: 'marketing' }],
] as const)('where the newer version %s, the stale one is not told in its place', async (_, line, query) => {
  const elsewhere = { kind: 'decision', unit: 'logistics', supersedes: [idOf(old)] } as const;
  const id = idOf(newer);
  using shelf = shelfOf(remembering(old), {
    ...remembering(newer, line === null ? elsewhere : { supersedes: [idOf(old)] }),
  });
  if (line !== null) put(shelf, { ...line, id });
  const asked = 'kinds' in query ? { kinds: [...query.kinds] } : query;
  expect(await texts(shelf, asked)).toEqual([]);
  expect(await texts(shelf, { ...asked, history: true })).toContain(old);
});

test('what is over or has yet to begin is not told, but as history', async () => {
  using shelf = shelfOf(
    remembering(old, { validTo: now }),
    remembering(newer, { validFrom: now + 1 }),
    remembering(newest, { validTo: now + 1 }),
  );
  expect(await texts(shelf)).toEqual([newest]);
  expect((await texts(shelf, { history: true })).toSorted()).toEqual([old, newer, newest]);
});

test('until a newer version begins to hold, the older one does', async () => {
  using shelf = shelfOf(remembering(old), remembering(newer, { supersedes: [idOf(old)], validFrom: now + 1000 }));
  expect(await texts(shelf)).toEqual([old]);
  expect(await texts(shelf, { history: true })).toEqual([newer, old]);
});

test('what was told before the clock was set back holds', async () => {
  using shelf = shelfOf(remembering(old, { createdAt: now + 5000, validFrom: now + 5000 }));
  expect(await texts(shelf)).toEqual([old]);
});

test('what is in quarantine is told only where it is asked for, as history too', async () => {
  const doubted = { status: 'quarantined', suspicion: 'it gives orders', trust: 'web' } as const;
  using shelf = shelfOf(remembering(old, doubted), remembering(newer, { supersedes: [idOf(old)] }));
  put(shelf, remembering(other, doubted));
  const nearest = finding({ [old]: 0.9, [other]: 0.9, [newer]: 0.8 });
  for (const history of [false, true]) expect(await texts(shelf, { history }, { nearest })).toEqual([newer]);
  expect((await texts(shelf, { untrusted: true }, { nearest })).toSorted()).toEqual([newer, other].toSorted());
  expect(await texts(shelf, { untrusted: true, history: true }, { nearest })).toHaveLength(3);
});

test('a unit is told its own and the holding’s, whatever the index of vectors hands over', async () => {
  using shelf = shelfOf(
    remembering(old, { unit: 'logistics' }),
    remembering(newer, { unit: 'holding' }),
    remembering(other, { unit: 'marketing' }),
  );
  const of = (text: string, unit: string): string => remembering(text, { unit }).entry.id;
  const everything: Found = {
    neighbours: [of(old, 'logistics'), of(newer, 'holding'), idOf(other)].map((id) => ({ id, similarity: 0.9 })),
    similarityOf: () => 0.9,
    average: 0,
  };
  for (const history of [false, true]) {
    const told = await texts(shelf, { unit: 'marketing', history }, { nearest: async () => everything });
    expect(told.toSorted()).toEqual([newer, other]);
  }
});

test('the budget is kept: a text that is too long is cut at a space, and what is left is filled no further', async () => {
  using shelf = shelfOf(remembering(old), remembering(`${newer} ${'and so on '.repeat(40)}`));
  const { hits } = await recall(shelf, { text: 'rent of the shop', maxChars: 150 });
  expect(hits.map(({ isCut }) => isCut)).toContain(true);
  expect(hits.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(150);
  expect(hits.find(({ isCut }) => isCut)?.text).toMatch(/\w…$/);
});

test.each([1, 2, 10, 33, 34])('with a budget of %d characters the best is told, cut to it', async (maxChars) => {
  using shelf = shelfOf(remembering(old), remembering(other));
  const { hits, weak } = await recall(shelf, { text: 'rent of the shop', maxChars });
  expect(hits).toHaveLength(1);
  expect(hits[0]?.text.length).toBeLessThanOrEqual(maxChars);
  expect(hits[0]?.isCut).toBe(maxChars < old.length);
  expect(weak).toBe(false);
});

test('no cut divides a character', async () => {
  const text = `rent ${'👍'.repeat(100)}`;
  using shelf = shelfOf(remembering(text));
  for (let maxChars = 90; maxChars < 100; maxChars += 1) {
    const { hits } = await recall(shelf, { text: 'rent', maxChars });
    expect(hits[0]?.text.isWellFormed()).toBe(true);
    expect(hits[0]?.text.length).toBeLessThanOrEqual(maxChars);
  }
});

test('as many are told as were asked for, five unless said', async () => {
  const rents = Array.from({ length: 9 }, (_, at) => `The rent of shop ${at} is due.`);
  using shelf = shelfOf(...rents.map((text) => remembering(text)));
  expect(await texts(shelf)).toHaveLength(5);
  expect(await texts(shelf, { limit: 1 })).toHaveLength(1);
  expect(await texts(shelf, { limit: 100 })).toHaveLength(9);
});

test('the same question has the same order each time, also of what is equally good', async () => {
  const rents = Array.from({ length: 5 }, (_, at) => `Rent is due in street ${'abcde'[at]}.`);
  using shelf = shelfOf(...rents.map((text) => remembering(text)));
  const first = await texts(shelf, { text: 'rent' });
  for (let again = 0; again < 3; again += 1) expect(await texts(shelf, { text: 'rent' })).toEqual(first);
});
