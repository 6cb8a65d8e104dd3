import { expect, test } from 'vitest';
import {
  ageWords,
  amountOf,
  checkNoun,
  decimal,
  joined,
  momentsIn,
  percentage,
} from '#holding/health/views/wording.ts';
import { hour, minute, noon, second } from '../../support/health.ts';

test('an amount has its noun in the right number, in both languages', () => {
  expect(amountOf(1, checkNoun)).toEqual({ en: '1 check', nl: '1 controle' });
  expect(amountOf(0, checkNoun)).toEqual({ en: '0 checks', nl: '0 controles' });
});

test.each([
  [30 * second, 'under a minute', 'minder dan een minuut'],
  [119 * minute, '119 min', '119 min'],
  [2 * hour, '2 h', '2 u'],
  [49 * hour, '2 d', '2 d'],
])('an age of %i ms is told in one unit', (ms, en, nl) => {
  expect(ageWords(ms)).toEqual({ en, nl });
});

test('a number has a comma in Dutch, and a percentage is rounded down there too', () => {
  expect(decimal(2.55, 1)).toEqual({ en: '2.5', nl: '2,5' });
  expect([percentage(0.99999, 'nl'), percentage(1, 'nl'), percentage(null, 'nl')]).toEqual(['99,99', '100', '–']);
});

test('words are joined in each language', () => {
  expect(joined(['Redis', { en: 'runs', nl: 'draait' }], ' ')).toEqual({ en: 'Redis runs', nl: 'Redis draait' });
});

test('a moment is written in the owner’s zone and language', () => {
  const may = noon + 70 * 24 * hour;
  expect(momentsIn('Europe/Amsterdam', 'en')(may).text).toBe('12 May 2026, 14:00:00');
  expect(momentsIn('Europe/Amsterdam', 'nl')(may).text).toMatch(/^12 mei 2026,? 14:00:00$/);
});
