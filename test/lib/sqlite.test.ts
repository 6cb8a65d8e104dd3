import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { OmegaError } from '#lib/errors.ts';
import { damageOf, openSqlite } from '#lib/sqlite.ts';
import { temporaryFolder } from '../support/health.ts';

const options = { migrations: ['CREATE TABLE one (n INTEGER)'], synchronous: 'NORMAL' } as const;

/** What opening it fails with. */
function refusal(path: string): OmegaError {
  try {
    openSqlite(path, options).close();
  } catch (error) {
    if (error instanceof OmegaError) return error;
    throw error;
  }
  throw new Error(`${path} was opened`);
}

test('a file that is no database is named, with what to do, and keeps the number that callers decide by', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a.sqlite');
  writeFileSync(path, 'no database at all'.repeat(100));
  const error = refusal(path);
  expect(error).toMatchObject({ message: `${path} cannot be used`, errcode: 26, code: 'ERR_SQLITE_ERROR' });
  expect(error.hint).toContain(`mv '${path}' '${path}.broken'`);
  expect(damageOf(path)).toBe('file is not a database');
});

test('a folder in its place keeps its code, and the hint is another one', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a.sqlite');
  mkdirSync(path);
  expect(refusal(path)).toMatchObject({ code: 'EISDIR', hint: expect.stringContaining('npm run doctor') });
});

test('one that a newer Omega wrote is refused, and is not damaged', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a.sqlite');
  openSqlite(path, options).close();
  {
    using db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 2');
  }
  expect(refusal(path)).toMatchObject({ code: 'E_NEWER_DATA' });
  expect(damageOf(path)).toBeNull();
});
