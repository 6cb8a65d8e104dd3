import { expect, test } from 'vitest';
import { recordId } from '#holding/memory/record.ts';

function idOf(text: string): string {
  return recordId({ kind: 'fact', unit: 'marketing', text });
}

test.each([
  ['case', 'The shop is closed', 'the SHOP is closed'],
  ['spaces', 'The shop is closed', ' The  shop\nis closed '],
  ['a full stop', 'The shop is closed', 'The shop is closed.'],
  ['punctuation around words', 'The shop, on Monday: closed', '“The shop” (on Monday) closed!'],
])('%s makes no other record', (_, one, other) => {
  expect(idOf(one)).toBe(idOf(other));
});

test.each([
  ['a number', 'It costs 1,5 euro', 'It costs 15 euro'],
  ['a version', 'Node is at 3.2', 'Node is at 32'],
  ['a name', 'Read a.b today', 'Read ab today'],
  ['a question', 'The shop is closed?', 'The shop is closed.'],
  ['a sign', 'The margin is -5', 'The margin is 5'],
  ['a mark of its own', 'The shop is closed :)', 'The shop is closed :('],
])('%s makes another record', (_, one, other) => {
  expect(idOf(one)).not.toBe(idOf(other));
});

test('a long row of punctuation is quick', () => {
  const startedAt = performance.now();
  idOf(`${'.'.repeat(20_000)}a${'.,'.repeat(10_000)}b`);
  expect(performance.now() - startedAt).toBeLessThan(100);
});
