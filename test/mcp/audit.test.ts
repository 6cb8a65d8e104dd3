import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openChain } from '#lib/chain.ts';
import { createLog, silentLog } from '#lib/log.ts';
import { auditStream, openAudit, type AuditRecord } from '#mcp/audit.ts';
import { ToolError } from '#mcp/tool-error.ts';
import { temporaryFolder } from '../support/health.ts';

const record: AuditRecord = {
  at: 1,
  callId: 'id',
  unit: 'marketing',
  run: 'r',
  server: 's',
  tool: 't',
  args: null,
  outcome: 'ok',
  kind: null,
  bytes: 0,
  ms: 1,
  pin: null,
  attempts: 1,
};

test('records are on the disk soon after their call, without anybody asking', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'ledger.sqlite');
  using audit = openAudit(path, silentLog);
  audit.add(record);
  audit.add(record);
  using chain = openChain(path);
  await expect.poll(() => chain.head(auditStream).seq, { interval: 5 }).toBe(2);
});

test('closing writes what waits', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'ledger.sqlite');
  {
    using audit = openAudit(path, silentLog);
    audit.add(record);
  }
  using chain = openChain(path);
  expect(chain.verify(auditStream)).toMatchObject({ ok: true, count: 1 });
});

test('while the ledger cannot be written records are kept, then calls are refused, and after that all is written', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'ledger.sqlite');
  const lines: string[] = [];
  using audit = openAudit(path, createLog({ name: 'test', write: (line) => lines.push(line) }));
  using db = new DatabaseSync(path);
  db.exec('ALTER TABLE link RENAME TO hidden');
  for (let n = 0; n < 999; n++) audit.add(record);
  audit.requireRoom();
  audit.add(record);
  expect(() => audit.requireRoom()).toThrow(ToolError);
  expect(lines).toHaveLength(1);
  expect(() => audit.commit({ ...record, outcome: 'begun' })).toThrow('so what may not be sent twice is not sent');
  db.exec('ALTER TABLE hidden RENAME TO link');
  audit.requireRoom();
  using chain = openChain(path);
  expect(chain.verify(auditStream)).toMatchObject({ ok: true, count: 1000 });
});

test('records that could not be written are written as soon as they can be, without another call', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'ledger.sqlite');
  const failed = Promise.withResolvers<void>();
  using audit = openAudit(path, createLog({ name: 'test', write: () => failed.resolve() }));
  using db = new DatabaseSync(path);
  db.exec('ALTER TABLE link RENAME TO hidden');
  audit.add(record);
  await failed.promise;
  db.exec('ALTER TABLE hidden RENAME TO link');
  using chain = openChain(path);
  await expect.poll(() => chain.head(auditStream).seq, { interval: 5 }).toBe(1);
});

test('what must not be sent twice is on the disk when it may be sent', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'ledger.sqlite');
  using audit = openAudit(path, silentLog);
  audit.commit({ ...record, outcome: 'begun' });
  using chain = openChain(path);
  expect(chain.latest(auditStream, 2)).toMatchObject([{ outcome: 'begun' }]);
});
