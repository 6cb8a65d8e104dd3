import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunUses } from '#holding/swarm/run-use.ts';
import { openChain } from '#lib/chain.ts';
import { auditStream, type AuditRecord } from '#mcp/audit.ts';
import { noon, second, temporaryFolder } from '../support/health.ts';

function call(change: Partial<AuditRecord> = {}): AuditRecord {
  const made = {
    server: 'filesystem',
    tool: 'read_text_file',
    args: null,
    pin: null,
    attempts: 1,
    bytes: 9,
    kind: null,
  };
  const of = { unit: 'marketing', run: 'a', callId: crypto.randomUUID() };
  return { ...made, ...of, at: noon, outcome: 'ok', ms: 500, ...change };
}

function write(ledger: string, ...records: readonly AuditRecord[]): void {
  using chain = openChain(ledger);
  chain.append(auditStream, records);
}

test('before anything was called nothing is known', () => {
  using folder = temporaryFolder();
  const ledger = join(folder.path, 'ledger.sqlite');
  const lastOf = createRunUses(ledger);
  expect(lastOf('marketing')).toBeNull();
  write(ledger, call({ unit: 'sales' }));
  expect(lastOf('marketing')).toBeNull();
});

test('the last run’s calls are counted, from the beginning of the first to the end of the last', () => {
  using folder = temporaryFolder();
  const ledger = join(folder.path, 'ledger.sqlite');
  const lastOf = createRunUses(ledger);
  write(ledger, call({ run: 'before' }), call(), call({ at: noon + 9 * second, outcome: 'failed' }));
  expect(lastOf('marketing')).toEqual({ run: 'a', calls: 2, elapsedMs: 9500 });
  write(ledger, call({ at: noon + 19 * second }));
  expect(lastOf('marketing')).toEqual({ run: 'a', calls: 3, elapsedMs: 19_500 });
  write(ledger, call({ run: 'b', at: noon + 60 * second }));
  expect(lastOf('marketing')).toEqual({ run: 'b', calls: 1, elapsedMs: 500 });
});

test('a beginning is no second call, and a refused call is none', () => {
  using folder = temporaryFolder();
  const ledger = join(folder.path, 'ledger.sqlite');
  write(ledger, call({ outcome: 'begun', ms: 0 }), call(), call({ outcome: 'denied', at: noon + 90 * second }));
  expect(createRunUses(ledger)('marketing')).toEqual({ run: 'a', calls: 1, elapsedMs: 500 });
});
