import { expect, test } from 'vitest';
import { isFunctionWord } from '#holding/memory/words/function-words.ts';

test.each(['de', 'het', 'the', 'of', 'waarom', 'because'])('%s says nothing of what a sentence is about', (word) => {
  expect(isFunctionWord(word)).toBe(true);
});

test.each(['klant', 'omzet', 'sale', 'constructor', 'has own', '', '2026'])(
  '%j does, or is no word of these',
  (word) => {
    expect(isFunctionWord(word)).toBe(false);
  },
);
