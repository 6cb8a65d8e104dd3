import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeHtml, splitMessage } from '#holding/telegram/split.ts';
import { textOfHtml } from '../support/fake-bot-api/html.ts';

describe('a message that is too long', () => {
  test('what fits is left as it is', () => {
    expect(splitMessage('<b>a</b>\n\nb')).toEqual(['<b>a</b>\n\nb']);
    expect(splitMessage('x'.repeat(4096))).toHaveLength(1);
    expect(splitMessage('')).toEqual([]);
  });

  test('is cut at ends of lines', () => {
    expect(splitMessage('first line\nsecond line\nthird line', 23)).toEqual(['first line\nsecond line', 'third line']);
  });

  test('a line that is too long is cut at a space, and a word that is too long anywhere', () => {
    expect(splitMessage('one two three four', 10)).toEqual(['one two', 'three four']);
    expect(splitMessage('x'.repeat(25), 10)).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)]);
  });

  test('no entity and no character is cut in two', () => {
    expect(splitMessage('aaaaaaaa&amp;b', 10)).toEqual(['aaaaaaaa', '&amp;b']);
    expect(splitMessage('aaaaaaaaa😀b', 10)).toEqual(['aaaaaaaaa', '😀b']);
  });

  test('a tag that is open at a cut is closed, and opened anew', () => {
    const parts = splitMessage('<b>one two three four five</b>', 19);
    expect(parts).toEqual(['<b>one two</b>', '<b>three four</b>', '<b>five</b>']);
  });

  test('whatever it is, no part is too long or broken, and nothing is left out but blanks', () => {
    const word = oneof(string({ maxLength: 60 }).map(escapeHtml), constantFrom('\n', ' ', '😀'));
    const piece = oneof(
      word,
      word.map((text) => `<b>${text}</b>`),
      word.map((text) => `<i><code>${text}</code></i>`),
    );
    const message = array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
    assert(
      property(message, (html) => {
        const parts = splitMessage(html, 80);
        expect(parts.filter((part) => part.length > 80)).toEqual([]);
        const bare = (text: string): string => text.replaceAll(/\s/g, '');
        expect(bare(parts.map((part) => textOfHtml(part)).join(''))).toBe(bare(textOfHtml(html)));
      }),
      { numRuns: 300 },
    );
  });
});
