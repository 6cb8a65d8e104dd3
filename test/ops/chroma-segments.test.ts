import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeLeftSegments } from '#ops/chroma-segments.ts';

const named = crypto.randomUUID();
const left = crypto.randomUUID();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omega-segments-'));
  for (const name of [named, left, `${left}-copy`, 'other']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('only folders with the name of a segment that the database does not know are removed', async () => {
  using db = new DatabaseSync(join(folder, 'chroma.sqlite3'));
  db.exec(`CREATE TABLE segments (id TEXT); INSERT INTO segments VALUES ('${named}')`);
  writeFileSync(join(folder, crypto.randomUUID()), 'a file of that name');
  const before = readdirSync(folder);
  await removeLeftSegments(folder);
  expect(readdirSync(folder)).toEqual(before.filter((name) => name !== left));
});

test.each<[string, (database: string) => void]>([
  ['no database', () => {}],
  ['one without that table', (database) => new DatabaseSync(database).close()],
  ['a damaged one', (database) => writeFileSync(database, Buffer.alloc(8192, 0xa5))],
])('with %s nothing is removed', async (_, prepare) => {
  prepare(join(folder, 'chroma.sqlite3'));
  await removeLeftSegments(folder);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining([named, left]));
});
