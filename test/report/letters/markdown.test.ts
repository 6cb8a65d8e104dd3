import { expect, test } from 'vitest';
import { markupOf } from '#holding/report/letters/html.ts';
import { renderMarkdown } from '#holding/report/letters/markdown.ts';

const rendered = async (text: string): Promise<string> => markupOf(await renderMarkdown(text)).trim();

test.each([
  ['a link', '[here](https://evil.example)', '<p>[here](https://evil.example)</p>'],
  ['a link of another kind', '[here][x]\n\n[x]: javascript:1', '<p>[here][x]</p>\n<p>[x]: javascript:1</p>'],
  [
    'an address',
    '<https://evil.example> https://evil.example',
    '<p>&lt;https://evil.example&gt; https://evil.example</p>',
  ],
  ['an image', '![x](https://evil.example/x.png)', '<p>![x](https://evil.example/x.png)</p>'],
  ['markup', '<img src=x onerror=alert(1)>', '<p>&lt;img src=x onerror=alert(1)&gt;</p>'],
])('shows %s as text', async (_what, text, html) => {
  expect(await rendered(text)).toBe(html);
});

test('lets headings go down by a level', async () => {
  expect(await rendered('# a\n\n### b')).toBe('<h2>a</h2>\n<h4>b</h4>');
});

test('folds away the evidence of each claim, and no other list', async () => {
  const html = await rendered('Evidence:\n\n- one\n- two\n\nText\n\n- three\n\nEvidence:\n\n- four\n');
  expect(html.match(/<details><summary>Evidence<\/summary>/g)).toHaveLength(2);
  expect(await rendered('Vindplaatsen:\n\n- een\n')).toContain('<details><summary>Vindplaatsen</summary>');
  expect(html).toMatch(/two<\/li>\s*<\/ul><\/details>\s*<p>Text<\/p>\s*<ul>\s*<li>three<\/li>\s*<\/ul>/);
});
