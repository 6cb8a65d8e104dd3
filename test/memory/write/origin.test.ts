import { expect, test } from 'vitest';
import { originOf } from '#holding/memory/write/origin.ts';
import { fact } from '../../support/memory.ts';

function originAt(ref: string | null): string {
  const { source } = fact('Bicycles sell well.');
  return originOf({ source: { ref, runId: null, model: null, sha256: null, type: source.type } });
}

test.each([
  ['another page', 'https://news.example.com/a', 'https://news.example.com/b'],
  ['another host', 'https://news.example.com/a', 'https://example.com/a'],
  ['a dot at the end', 'https://example.com/', 'http://www.example.com./b'],
  ['a dot behind a host of one word', 'http://localhost/', 'http://LOCALHOST./'],
  ['another port and case', 'https://example.com/', 'https://EXAMPLE.com:8443/'],
  ['IPv4 as IPv6', 'https://1.2.3.4/', 'https://[::ffff:1.2.3.4]/'],
])('%s is the same site', (_, one, other) => {
  expect(originAt(one)).not.toBe('');
  expect(originAt(one)).toBe(originAt(other));
});

test.each([
  ['another site', 'https://example.com/', 'https://example.org/'],
  ['a name before an @', 'https://example.com/', 'https://example.com@evil.example/'],
  ['another address', 'https://1.2.3.4/', 'https://[::ffff:1.2.3.5]/'],
])('%s is another one', (_, one, other) => {
  expect(originAt(one)).not.toBe(originAt(other));
});

test.each([
  null,
  'news.example.com/a',
  'docs/a.md',
  'file:///a/b',
  'view-source:https://example.com/',
  'feed:https://example.com/rss',
])('%s is no address of a site', (ref) => {
  expect(originAt(ref)).toBe('');
});
