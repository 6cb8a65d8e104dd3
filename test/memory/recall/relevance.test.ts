import { assert, constantFrom, double, option, property, record as recordOf } from 'fast-check';
import { expect, test } from 'vitest';
import type { MemoryRecord } from '#holding/memory/record.ts';
import { coverageOf, isWeak, relevanceOf, weightOf } from '#holding/memory/recall/relevance.ts';
import { askedOf } from '#holding/memory/recall/terms.ts';
import { emptyDictionary, type Dictionary } from '#holding/memory/words/dictionary.ts';

const dayMs = 86_400_000;
const none = { nl: [], en: [] };
const fietsen: Dictionary = {
  ...emptyDictionary,
  translate: (word, from) => (from === 'nl' && word === 'fiets' ? ['bicycle'] : []),
};

function coverage(
  text: string,
  of: Partial<Pick<MemoryRecord, 'text' | 'lang' | 'keywords'>>,
  rarities: readonly number[] = [],
): number {
  const asked = askedOf(text, 'nl', fietsen).map((term, at) => ({ term, rarity: rarities[at] ?? 1 }));
  return coverageOf(asked, 'nl')({ text: '', lang: 'nl', keywords: none, ...of });
}

test('all words of the question are all of it, half of them half, and none nothing', () => {
  expect(coverage('fiets gestolen', { text: 'De fiets is gestolen.' })).toBe(1);
  expect(coverage('fiets gestolen', { text: 'De fiets staat buiten.' })).toBe(0.5);
  expect(coverage('fiets gestolen', { text: 'Tulpen bloeien.' })).toBe(0);
});

test('a rare word counts for more than a common one', () => {
  expect(coverage('fiets gestolen', { text: 'fiets' }, [9, 1])).toBeCloseTo(0.9);
});

test('keywords count as the text does', () => {
  expect(coverage('fiets', { text: 'rijwiel', keywords: { nl: ['fiets'], en: [] } })).toBe(1);
});

test('a translation counts in a text of the other language, for less, and not in one of the same', () => {
  expect(coverage('fiets', { text: 'bicycle', lang: 'en' })).toBe(0.75);
  expect(coverage('fiets', { text: 'bicycle', lang: 'nl' })).toBe(0);
  expect(coverage('fiets', { text: 'bicycle', lang: 'und' })).toBe(0.75);
});

test('a question without words, or of words without weight, covers nothing', () => {
  expect(coverage('👍', { text: '👍 top' })).toBe(0);
  expect(coverage('fiets', { text: 'fiets' }, [0])).toBe(0);
});

test('relevance is a number from 0 to 1 whatever the evidence', () => {
  const any = double();
  assert(
    property(recordOf({ coverage: any, words: any, meaning: option(any) }), (evidence) => {
      const relevance = relevanceOf(evidence);
      expect(relevance >= 0 && relevance <= 1).toBe(true);
    }),
  );
});

test('more of anything is never less relevant', () => {
  const part = double({ min: 0, max: 1, noNaN: true });
  const evidence = recordOf({ coverage: part, words: part, meaning: part });
  assert(
    property(evidence, constantFrom('coverage', 'words', 'meaning'), part, (less, of, more) => {
      expect(relevanceOf({ ...less, [of]: Math.min(1, less[of] + more) })).toBeGreaterThanOrEqual(relevanceOf(less));
    }),
  );
});

test('nothing found is weak, and so is what was found by words that say nothing', () => {
  expect(isWeak([])).toBe(true);
  expect(isWeak([{ coverage: 0.1, words: 1, meaning: 0 }])).toBe(true);
  expect(isWeak([{ coverage: 0.2, words: 1, meaning: null }])).toBe(true);
  expect(isWeak([{ coverage: Number.NaN, words: 1, meaning: Number.NaN }])).toBe(true);
});

test('all of the words, or a part of them and the sense, is not weak', () => {
  expect(isWeak([{ coverage: 1, words: 0, meaning: null }])).toBe(false);
  expect(isWeak([{ coverage: 0.3, words: 1, meaning: null }])).toBe(false);
  expect(
    isWeak([
      { coverage: 0, words: 0, meaning: 0 },
      { coverage: 0.5, words: 0, meaning: 0.4 },
    ]),
  ).toBe(false);
});

const record: MemoryRecord = {
  id: 'a',
  kind: 'fact',
  unit: 'holding',
  lang: 'nl',
  text: 'a',
  keywords: none,
  importance: 5,
  createdAt: 0,
  validFrom: 0,
  validTo: null,
  supersedes: [],
  supersededBy: null,
  source: { type: 'test', ref: null, runId: null, model: null, sha256: null },
  trust: 'agent',
  status: 'active',
  suspicion: null,
  told: 1,
  seq: 1,
};

test('the important stands above the unimportant, the new above the old', () => {
  expect(weightOf({ ...record, importance: 10 }, 0)).toBeGreaterThan(weightOf({ ...record, importance: 1 }, 0));
  expect(weightOf(record, 0)).toBeGreaterThan(weightOf(record, 365 * dayMs));
});

test('what the owner decided and what a unit may do never decays', () => {
  for (const lasting of [
    { kind: 'mandate', trust: 'agent' },
    { kind: 'decision', trust: 'owner' },
  ] as const) {
    expect(weightOf({ ...record, ...lasting }, 3650 * dayMs)).toBe(weightOf({ ...record, ...lasting }, 0));
  }
  expect(weightOf({ ...record, kind: 'decision' }, 3650 * dayMs)).toBeLessThan(weightOf(record, 0));
});

test('a record of tomorrow, as after a clock was set back, weighs as one of today', () => {
  expect(weightOf({ ...record, createdAt: dayMs }, 0)).toBe(weightOf(record, 0));
});

test('the weight stays between 0.3 and 1.5', () => {
  for (const importance of [1, 10])
    for (const now of [0, 1e15]) {
      expect(weightOf({ ...record, importance }, now)).toBeGreaterThanOrEqual(0.3);
      expect(weightOf({ ...record, importance }, now)).toBeLessThanOrEqual(1.5);
    }
});
