import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import canonicalize from 'canonicalize';
import { array, assert, jsonValue, property } from 'fast-check';
import { expect, test } from 'vitest';
import { openChain } from '#lib/chain.ts';
import { root } from '#lib/paths.ts';
import { temporaryFolder } from '../support/health.ts';

const run = promisify(execFile);

/** A chain of ten records, and a hand that reaches into its file. */
function chainOfTen(folder: string): { path: string; meddle: (sql: string) => void } {
  const path = join(folder, 'ledger.sqlite');
  using chain = openChain(path);
  for (let n = 1; n <= 10; n++) chain.append('calls', [{ n, text: `record ${n}` }]);
  return {
    path,
    meddle: (sql) => {
      using db = new DatabaseSync(path);
      db.exec(sql);
    },
  };
}

test('what was appended verifies, also after it is opened again', () => {
  using folder = temporaryFolder();
  const { path } = chainOfTen(folder.path);
  using chain = openChain(path);
  const head = chain.append('calls', [{ n: 11 }, { n: 12 }]);
  expect(head.seq).toBe(12);
  expect(chain.verify('calls')).toEqual({ ok: true, count: 12, head });
});

test('a number can be asked for its hash: whether a head that was kept is still part of it', () => {
  using folder = temporaryFolder();
  const { path, meddle } = chainOfTen(folder.path);
  using chain = openChain(path);
  expect(chain.hashAt('calls', 10)).toBe(chain.head('calls').hash);
  expect([chain.hashAt('calls', 11), chain.hashAt('other', 1)]).toEqual([null, null]);
  meddle('DELETE FROM link WHERE seq > 5');
  expect(chain.hashAt('calls', 10)).toBeNull();
});

test('streams in one file do not know of each other', () => {
  using folder = temporaryFolder();
  const { path } = chainOfTen(folder.path);
  using chain = openChain(path);
  expect(chain.append('other', [{ n: 1 }]).seq).toBe(1);
  expect(chain.verify('calls')).toMatchObject({ ok: true, count: 10 });
  expect(chain.verify('none')).toMatchObject({ ok: true, count: 0 });
});

test.each([
  ['an edit', `UPDATE link SET record = replace(record, 'record 4', 'RECORD 4') WHERE seq = 4`, 4],
  ['an edit with its own hash mended', `UPDATE link SET record = '{}', hash = '${'a'.repeat(64)}' WHERE seq = 4`, 4],
  ['a deletion in the middle', 'DELETE FROM link WHERE seq = 6', 6],
  ['a deletion at the beginning', 'DELETE FROM link WHERE seq <= 2', 1],
  [
    'another order',
    'UPDATE link SET seq = 99 WHERE seq = 2; UPDATE link SET seq = 2 WHERE seq = 3; UPDATE link SET seq = 3 WHERE seq = 99',
    2,
  ],
  ['a record of another stream', `UPDATE link SET stream = 'x' WHERE seq = 9`, 9],
])('%s is found where it is', (_what, sql, brokenAt) => {
  using folder = temporaryFolder();
  const { path, meddle } = chainOfTen(folder.path);
  meddle(sql);
  using chain = openChain(path);
  expect(chain.verify('calls')).toMatchObject({ ok: false, brokenAt });
});

test('an end that was cut off is found against a head that was kept, and not without it', () => {
  using folder = temporaryFolder();
  const { path, meddle } = chainOfTen(folder.path);
  using chain = openChain(path);
  const kept = chain.head('calls');
  meddle('DELETE FROM link WHERE seq > 8');
  expect(chain.verify('calls')).toMatchObject({ ok: true, count: 8 });
  expect(chain.verify('calls', kept)).toMatchObject({ ok: false, brokenAt: 9 });
});

test('a chain that was written anew is found against a head that was kept', () => {
  using folder = temporaryFolder();
  const { path, meddle } = chainOfTen(folder.path);
  using chain = openChain(path);
  const kept = chain.head('calls');
  meddle('DELETE FROM link WHERE seq > 5');
  chain.append('calls', [1, 2, 3, 4, 5, 6, 7]);
  expect(chain.verify('calls')).toMatchObject({ ok: true, count: 12 });
  expect(chain.verify('calls', kept)).toMatchObject({ ok: false, brokenAt: 10 });
});

test('an exported line carries its own proof', () => {
  using folder = temporaryFolder();
  const { path } = chainOfTen(folder.path);
  using chain = openChain(path);
  let prev = '0'.repeat(64);
  for (const line of chain.export('calls')) {
    const { hash, ...rest } = JSON.parse(line) as { hash: string; prev: string };
    expect(
      createHash('sha256')
        .update(String(canonicalize(rest)))
        .digest('hex'),
    ).toBe(hash);
    expect(rest.prev).toBe(prev);
    prev = hash;
  }
  expect(chain.head('calls').hash).toBe(prev);
});

test('any JSON verifies and comes out as it went in', () => {
  using folder = temporaryFolder();
  using chain = openChain(join(folder.path, 'ledger.sqlite'));
  let count = 0;
  assert(
    property(array(jsonValue(), { minLength: 1, maxLength: 3 }), (records) => {
      chain.append('s"\n', records);
      const lines = [...chain.export('s"\n')]
        .slice(count)
        .map((line) => (JSON.parse(line) as { record: unknown }).record);
      count += records.length;
      expect(lines).toEqual(JSON.parse(JSON.stringify(records)));
    }),
    { numRuns: 50 },
  );
  expect(chain.verify('s"\n')).toMatchObject({ ok: true, count });
});

test('several processes append at once, and the chain is whole', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'ledger.sqlite');
  const script = `import { openChain } from ${JSON.stringify(join(root, 'lib/chain.ts'))};
    using chain = openChain(${JSON.stringify(path)});
    for (let n = 0; n < 30; n++) chain.append('calls', [{ n, pid: process.pid }]);`;
  await Promise.all([1, 2, 3].map(() => run(process.execPath, ['--input-type=module', '-e', script])));
  using chain = openChain(path);
  expect(chain.verify('calls')).toMatchObject({ ok: true, count: 90 });
});

test('only its owner can read the file', () => {
  using folder = temporaryFolder();
  const { path } = chainOfTen(folder.path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
