import { expect, test } from 'vitest';
import { tight } from '#site/tight.ts';

test('ends and quotes that HTML does without are left out', () => {
  expect(tight('<ul><li class="up"><p>a</p><p><a href="/x/">b</a></p></li><li><p>c</p></li></ul>')).toBe(
    '<ul><li class=up><p>a<p><a href=/x/>b</a><li><p>c</ul>',
  );
  expect(tight('<p class="key">a <b class="flag">b</b></p><div><meter value="0.8" high="0.8"></meter></div>')).toBe(
    '<p class=key>a <b class=flag>b</b><div><meter value=0.8 high=0.8></meter></div>',
  );
  expect(tight('<table><thead><tr><th>a</th></tr></thead><tbody><tr><th>b</th><td>c</td></tr></tbody></table>')).toBe(
    '<table><thead><tr><th>a<tbody><tr><th>b<td>c</table>',
  );
});

test('an end stays where what follows would become part of it', () => {
  const html = '<div><p>a</p><svg></svg><p>b</p> text</div>';
  expect(tight(html)).toBe(html);
});

test('a value that needs its quotes keeps them', () => {
  const html = '<a class="a b" href="/x?y=1"></a><b lang="x y"></b><i class=""></i><use href="#up"/>';
  expect(tight(html)).toBe(html);
});

test('style and script stay to the letter, for the policy holds their hashes', () => {
  const html = '<style>a::before{content:"</p><p>"}</style><script>"<li class="up"></li><li>"</script>';
  expect(tight(html)).toBe(html);
});
