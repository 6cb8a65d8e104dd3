import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeFileAtomic } from '#lib/atomic-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'omega-atomic-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a file is replaced whole, with the mode that was asked for, and nothing else is left', async () => {
  const path = join(folder, 'a');
  await writeFileAtomic(path, 'old');
  await writeFileAtomic(path, 'new', 0o644);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect(readdirSync(folder)).toEqual(['a']);
});

test('whoever reads while it is written again and again sees a whole one', async () => {
  const path = join(folder, 'b');
  const contents = ['x', 'y'].map((letter) => letter.repeat(200_000));
  await writeFileAtomic(path, contents[0] ?? '');
  const writing = (async () => {
    for (let n = 0; n < 20; n += 1) await writeFileAtomic(path, contents[n % 2] ?? '');
  })();
  const done = new AbortController();
  void writing.then(() => done.abort());
  let seen = 0;
  while (!done.signal.aborted) {
    expect(contents).toContain(readFileSync(path, 'utf8'));
    seen += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(seen).toBeGreaterThan(5);
});

test('where it cannot be written the error is told and no half file is left', async () => {
  const target = join(folder, 'taken');
  mkdirSync(target);
  const before = readdirSync(folder);
  await expect(writeFileAtomic(target, 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(folder)).toEqual(before);
});
