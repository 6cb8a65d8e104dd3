import { beforeEach, expect, test } from 'vitest';
import { openShelf, type Shelf } from '#holding/memory/shelf/shelf.ts';
import { idOf, put, remembering } from '../../support/journal.ts';

const [a, b] = ['Hosting costs 12 euro', 'De bakker is dicht'] as const;
const space = 'g4-1024-v1';
let shelf: Shelf;

beforeEach(() => {
  shelf = openShelf(null);
  return () => shelf[Symbol.dispose]();
});

function pending(name = space): (string | null)[] {
  return shelf.pending(name, 100).map(({ record, id }) => record?.text ?? `gone ${id.slice(0, 4)}`);
}

function settleAll(name = space): void {
  shelf.settle(name, shelf.pending(name, 100));
}

test('a space that nobody knows lacks everything, and asking does not make it known', () => {
  put(shelf, remembering(a), remembering(b));
  expect(pending()).toEqual([a, b]);
  expect([shelf.pendingCount(space), shelf.spaces()]).toEqual([2, []]);
});

test('what is settled is not pending, the oldest is first, and a limit is kept', () => {
  shelf.setGeneration(space, 'g1', 3);
  put(shelf, remembering(a), remembering(b));
  expect(shelf.pending(space, 1).map(({ record }) => record?.text)).toEqual([a]);
  shelf.settle(space, shelf.pending(space, 1));
  expect([pending(), shelf.pendingCount(space)]).toEqual([[b], 1]);
});

test('a mere telling, a revision and what supersedes leave a vector as it is', () => {
  shelf.setGeneration(space, 'g1', 3);
  put(shelf, remembering(a));
  settleAll();
  put(shelf, { op: 'told', id: idOf(a), at: 2, origin: 'x' }, remembering(a));
  put(shelf, { op: 'revise', id: idOf(a), at: 2, importance: 9, status: 'quarantined' });
  put(shelf, remembering(b, { supersedes: [idOf(a)] }));
  expect(pending()).toEqual([b]);
});

test('what is forgotten, merged or aged is pending to be removed, and what comes back to be put', () => {
  shelf.setGeneration(space, 'g1', 3);
  put(shelf, remembering(a), remembering(b), remembering('third'), remembering('fourth'));
  settleAll();
  put(shelf, { op: 'forget', id: idOf(a), at: 2 }, { op: 'merge', id: idOf(b), into: idOf('fourth'), at: 2 });
  put(shelf, { op: 'age', id: idOf('third'), at: 2 });
  expect(pending()).toEqual([a, b, 'third'].map((text) => `gone ${idOf(text).slice(0, 4)}`));
  settleAll();
  put(shelf, { op: 'told', id: idOf('third'), at: 3, origin: 'x' });
  expect(pending()).toEqual(['third']);
});

test('what changed while it was being put stays pending', () => {
  shelf.setGeneration(space, 'g1', 3);
  put(shelf, remembering(a));
  const before = shelf.pending(space, 10);
  put(shelf, { op: 'age', id: idOf(a), at: 2 });
  shelf.settle(space, before);
  expect(pending()).toEqual([`gone ${idOf(a).slice(0, 4)}`]);
});

test('another generation lacks everything again, the same one does not', () => {
  shelf.setGeneration(space, 'g1', 3);
  put(shelf, remembering(a));
  settleAll();
  shelf.setGeneration(space, 'g1', 3);
  expect(pending()).toEqual([]);
  shelf.setGeneration(space, 'g2', 3);
  expect(pending()).toEqual([a]);
  expect(shelf.spaces()).toEqual([{ name: space, generation: 'g2', isCurrent: false, dimensions: 3 }]);
});

test('one space answers at a time, and one that is dropped is forgotten', () => {
  put(shelf, remembering(a));
  shelf.setCurrentSpace(space);
  shelf.setGeneration('other', 'g1', 3);
  settleAll('other');
  shelf.setCurrentSpace('other');
  expect(shelf.spaces()).toEqual([
    { name: space, generation: null, isCurrent: false, dimensions: null },
    { name: 'other', generation: 'g1', isCurrent: true, dimensions: 3 },
  ]);
  expect([pending(), pending('other')]).toEqual([[a], []]);
  shelf.dropSpace('other');
  expect([shelf.spaces().length, pending('other')]).toEqual([1, [a]]);
});

test('a shelf that is cleared and filled again lacks all vectors in the spaces that it knows', () => {
  const lines = [remembering(a), remembering(b), { op: 'forget', id: idOf(b), at: 2 } as const];
  shelf.setGeneration(space, 'g1', 3);
  put(shelf, ...lines);
  settleAll();
  shelf.clear();
  expect([shelf.seq(), [...shelf.all()], shelf.pendingCount(space), shelf.forgotten()]).toEqual([0, [], 0, 0]);
  put(shelf, ...lines);
  expect(pending()).toEqual([a, `gone ${idOf(b).slice(0, 4)}`]);
});
