import { expect, test } from 'vitest';
import { html, markupOf } from '#holding/report/letters/html.ts';

test('escapes every text, also in an attribute', () => {
  expect(markupOf(html`<p title="${'"\'&<>'}">${'<b>'}</p>`)).toBe('<p title="&quot;&#39;&amp;&lt;&gt;">&lt;b&gt;</p>');
});

test('takes out what is not to be seen', () => {
  expect(markupOf(html`${'a\u202Eb\u0007c\u200Bd\u{E0041}e'}`)).toBe('abcde');
});

test('keeps markup that was made here, lists of it, numbers, and nothing for null', () => {
  const items = ['a', 'b'].map((item) => html`<li>${item}</li>`);
  expect(markupOf(html`${items}${3}${null}`)).toBe('<li>a</li><li>b</li>3');
});
