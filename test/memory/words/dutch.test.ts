import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { dutchKey, dutchKeys, splitCompound } from '#holding/memory/words/dutch.ts';

test.each([
  ['halen', 'haal', 'haalt'],
  ['brieven', 'brief'],
  ['huizen', 'huis'],
  ['bakken', 'bak'],
])('%s and its forms are found under one key', (...forms) => {
  const [first = '', ...rest] = forms;
  for (const form of rest) expect(dutchKeys(form)).toContain(dutchKey(first));
});

test.each([
  ['gestuurd', 'sturen'],
  ['doorgestuurd', 'doorsturen'],
  ['betaalde', 'betalen'],
  ['klanten', 'klant'],
  ["foto's".replace("'", ''), 'foto'],
])('%s is looked up as %s too', (form, base) => {
  expect(dutchKeys(form)).toContain(dutchKey(base));
});

test('no key is shorter than three letters', () => {
  assert(
    property(string({ maxLength: 30 }), (word) => {
      for (const key of dutchKeys(word)) expect(key.length).toBeGreaterThanOrEqual(3);
    }),
  );
});

const known = new Set([
  'klant',
  'tevredenheid',
  'boek',
  'houd',
  'boekhoud',
  'programma',
  'huur',
  'prijs',
  'zonne',
  'zon',
  'energie',
]);
const isKnown = (part: string): boolean => known.has(part);

test.each([
  ['klanttevredenheid', ['klant', 'tevredenheid']],
  ['huurprijs', ['huur', 'prijs']],
  ['boekhoudprogramma', ['boekhoud', 'programma']],
])('%s is made of %j', (word, parts) => {
  expect(splitCompound(word, isKnown)).toEqual(parts);
});

test('a letter that links two words belongs to neither', () => {
  expect(splitCompound('klantenprijs', isKnown)).toEqual(['klant', 'prijs']);
});

test.each(['klant', 'huurx', 'onbekendwoord', '', 'xhuurprijs'])('%j is no compound of known words', (word) => {
  expect(splitCompound(word, isKnown)).toBeNull();
});
