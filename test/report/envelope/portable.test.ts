import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { allCodes } from '#holding/report/envelope/errors.ts';
import { codeWords } from '#holding/report/envelope/words.ts';
import { root } from '#lib/paths.ts';

/** What the reader in a browser takes of it. */
const entries = [
  'envelope.ts',
  'envelope/parts.ts',
  'envelope/sequence.ts',
  'envelope/words.ts',
  'envelope/recipients.ts',
];

test('the envelope runs in a browser as it stands: it needs tweetnacl and nothing of Node', () => {
  const packages = new Set<string>();
  const files = new Set<string>();
  for (const entry of entries) follow(join(root, 'holding/report', entry), { packages, files });
  expect([...packages]).toEqual(['tweetnacl']);
  for (const file of files) expect(readFileSync(file, 'utf8')).not.toMatch(/\b(?:Buffer|process|require)\b[.(]/);
  expect(files.size).toBeGreaterThan(12);
});

test.each(allCodes)('%s is said in both languages, and not with the same words', (code) => {
  const { en, nl } = codeWords[code];
  expect(en).toMatch(/\.$/);
  expect(nl).toMatch(/\.$/);
  expect(en).not.toBe(nl);
});

function follow(file: string, found: { packages: Set<string>; files: Set<string> }): void {
  if (found.files.has(file)) return;
  found.files.add(file);
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/^(?:im|ex)port\s(?!type)[^;]*?from\s'([^']+)'/gm)) {
    const path = from.startsWith('.') ? join(dirname(file), from) : join(root, from.replace('#', ''));
    if (!/^[.#]/.test(from)) found.packages.add(from);
    else if (existsSync(path)) follow(path, found);
    else throw new Error(`${file} imports ${from}, which is nowhere`);
  }
}
