import { describe, expect, test } from 'vitest';
import { cleanText, escapeMarkdown, mostQuoted, quoteOf, unescapeMarkdown } from '#holding/swarm/guard.ts';
import { injections } from './injections.ts';

test('there are at least forty texts that want to be more than text', () => {
  expect(new Set(injections).size).toBeGreaterThanOrEqual(40);
});

describe.each(injections)('%j', (text) => {
  const quote = quoteOf(text);

  test('is quoted short, with nothing hidden in it', () => {
    expect(quote.length).toBeLessThanOrEqual(mostQuoted);
    expect(quote).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u);
  });

  test('is quoted without an address that could be followed or loaded', () => {
    expect(quote).not.toMatch(/:\/\/|www\.|javascript:|data:|@\S+\.\S/i);
  });

  test('marks up nothing once it is escaped', () => {
    const escaped = escapeMarkdown(quote);
    expect(escaped).not.toMatch(/[<>]/);
    expect(escaped.replaceAll(/\\[^a-z0-9\s]/gi, '')).not.toMatch(/[`*_[\]!|~$]/);
    expect(unescapeMarkdown(escaped)).toBe(quote);
  });
});

test('what is hidden is gone, and what is seen stays', () => {
  expect(cleanText('a\u200Bb\uFEFFc\u202Ed \u00AD e\tf\n\ng')).toBe('abcd e f g');
  expect(cleanText('a\u034Fb\u115Fc\u1160d\u180Be\u2800f\u3164g\uFFA0h\u17B4i\uFE0Fj')).toBe('abcdefghij');
  expect(cleanText('Één café, 日本語, ½')).toBe('Één café, 日本語, ½');
});
