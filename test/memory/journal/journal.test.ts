import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openChain } from '#lib/chain.ts';
import { openJournal } from '#holding/memory/journal/journal.ts';
import { temporaryFolder } from '../../support/health.ts';
import { idOf, remembering } from '../../support/journal.ts';

const secret = 'The vault opens with 4711';
const other = 'Ingrid answers after two';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'ledger.sqlite');
});

afterEach(() => folder[Symbol.dispose]());

function meddle(sql: string): void {
  using db = new DatabaseSync(path);
  db.exec(sql);
}

function ledgerBytes(): Buffer {
  return Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)]);
}

test('lines come back as they went in, also after it is opened again', () => {
  const line = remembering(secret, { lang: 'nl', supersedes: [idOf(other)], origin: 'here', validTo: 5 });
  const revise = { op: 'revise', id: line.entry.id, at: 2, validTo: null } as const;
  {
    using journal = openJournal(path);
    expect(journal.append([line]).seq).toBe(1);
    expect(journal.append([{ entry: revise }])).toEqual(journal.head());
  }
  using journal = openJournal(path);
  expect([...journal.after(0)]).toEqual([
    { seq: 1, ...line },
    { seq: 2, entry: revise, body: null },
  ]);
  expect([...journal.after(1)].map(({ seq }) => seq)).toEqual([2]);
  expect(journal.verify()).toMatchObject({ ok: true, count: 2 });
});

test('a text is in no line of the chain, only beside it', () => {
  using journal = openJournal(path);
  journal.append([remembering(secret)]);
  using chain = openChain(path);
  expect([...chain.export('memory')].join('')).not.toContain('vault');
});

describe('forgetting', () => {
  test('erases the text from the file, and the chain holds', () => {
    using journal = openJournal(path);
    journal.append([remembering(secret), remembering(other)]);
    journal.append([{ entry: { op: 'forget', id: idOf(secret), at: 2 } }]);
    expect([...journal.after(0)].map(({ body }) => body?.text ?? null)).toEqual([null, other, null]);
    expect(journal.verify()).toMatchObject({ ok: true, count: 3 });
    expect(ledgerBytes().includes('vault')).toBe(false);
    expect(ledgerBytes().includes('Ingrid')).toBe(true);
  });

  test('leaves another record its text, be it the same', () => {
    using journal = openJournal(path);
    const elsewhere = remembering(secret, { unit: 'holding' });
    journal.append([remembering(secret), elsewhere]);
    journal.append([{ entry: { op: 'forget', id: idOf(secret), at: 2 } }]);
    expect([...journal.after(1)].map(({ body }) => body)).toEqual([elsewhere.body, null]);
    expect(journal.verify().ok).toBe(true);
  });

  test('reaches every telling of it, those in the same commit and what was merged into it', () => {
    using journal = openJournal(path);
    journal.append([remembering(secret), remembering('VAULT: 4711!'), remembering(other)]);
    journal.append([{ entry: { op: 'merge', id: idOf('VAULT: 4711!'), into: idOf(secret), at: 2 } }]);
    journal.append([remembering(secret), { entry: { op: 'forget', id: idOf(secret), at: 3 } }]);
    expect(ledgerBytes().toString('latin1')).not.toMatch(/vault/i);
    expect([...journal.after(0)].flatMap(({ body }) => body?.text ?? [])).toEqual([other]);
    expect(journal.verify().ok).toBe(true);
  });
});

describe('verification finds', () => {
  test.each([
    ['an edited line', `UPDATE link SET record = replace(record, '"importance":5', '"importance":9') WHERE seq = 2`, 2],
    ['an edited text', `UPDATE body SET text = replace(text, 'Ingrid', 'Ludwig')`, 2],
    ['a text that was taken away', `DELETE FROM body WHERE stream = 'memory' AND seq = 2`, 2],
    ['a text that was blanked', `UPDATE body SET text = ' ' WHERE stream = 'memory' AND seq = 2`, 2],
    ['texts that were exchanged', `UPDATE body SET text = (SELECT text FROM body WHERE seq = 2) WHERE seq = 1`, 1],
    [
      'a text that was forgotten and put back',
      `UPDATE body SET text = (SELECT text FROM body WHERE stream = 'memory' AND seq = 1) WHERE stream = 'memory' AND seq = 3`,
      3,
    ],
  ])('%s', (_what, sql, brokenAt) => {
    using journal = openJournal(path);
    journal.append([remembering(secret), remembering(other), remembering('gone')]);
    journal.append([{ entry: { op: 'forget', id: idOf('gone'), at: 2 } }]);
    expect(journal.verify()).toMatchObject({ ok: true, count: 4 });
    meddle(sql);
    expect(journal.verify()).toMatchObject({ ok: false, brokenAt });
  });
});

test('a line that no memory wrote is handed over as none, and verification names it', () => {
  using chain = openChain(path);
  chain.append('memory', [{ op: 'dream' }]);
  using journal = openJournal(path);
  expect([...journal.after(0)]).toEqual([{ seq: 1, entry: null, body: null }]);
  expect(journal.verify()).toMatchObject({ ok: false, brokenAt: 1 });
});

test('a text that was changed is not handed over, and the others are', () => {
  using journal = openJournal(path);
  journal.append([remembering(secret), remembering(other)]);
  meddle(`UPDATE body SET text = replace(text, '4711', '0815')`);
  expect([...journal.after(0)].map(({ body }) => body?.text)).toEqual([undefined, other]);
});

test('a text that is not what its line says is refused, and nothing is added', () => {
  using journal = openJournal(path);
  const { entry } = remembering(secret);
  const { body } = remembering(other);
  const refusal = expect.objectContaining({ code: 'E_MEMORY_WRITE', permanent: true });
  expect(() => journal.append([remembering('fine'), { entry, body }])).toThrow(refusal);
  expect(() => journal.append([{ entry }])).toThrow(refusal);
  expect(journal.head().seq).toBe(0);
});

test('a ledger that takes nothing says so, and has nothing of it', () => {
  using journal = openJournal(path);
  journal.append([remembering(other)]);
  meddle(`CREATE TRIGGER full BEFORE INSERT ON body BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`);
  expect(() => journal.append([{ entry: { op: 'age', id: idOf(other), at: 2 } }, remembering(secret)])).toThrow(
    expect.objectContaining({ code: 'E_MEMORY_WRITE', message: expect.stringContaining('disk is full') }),
  );
  expect(journal.head().seq).toBe(1);
  meddle('DROP TRIGGER full');
  expect(journal.append([remembering(secret)]).seq).toBe(2);
});

test('a ledger that is no database is named', () => {
  const file = openSync(path, 'w');
  writeSync(file, 'no database at all'.repeat(100));
  closeSync(file);
  expect(() => openJournal(path)).toThrow(`${path} cannot be used`);
});

test('10,000 lines are read again in less than a second', () => {
  using journal = openJournal(path);
  journal.append(Array.from({ length: 10_000 }, (_, n) => remembering(`${n} ${'lorem ipsum '.repeat(30)}`)));
  const startedAt = performance.now();
  let texts = 0;
  for (const { body } of journal.after(0)) texts += Number(body !== null);
  expect(texts).toBe(10_000);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});
