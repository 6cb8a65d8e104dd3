import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openChain } from '#lib/chain.ts';
import { auditStream } from '#mcp/audit.ts';
import { openField, type HubField } from '../support/mcp/hub-fixture.ts';

/** Another process that writes for ever, as every writer sees it; what waits for it waits two seconds each time. */
function lockState({ paths }: HubField): DatabaseSync {
  const db = new DatabaseSync(join(paths.mcp, 'state.sqlite'));
  db.exec('BEGIN IMMEDIATE');
  return db;
}

function stateOnDisk({ paths }: HubField): unknown {
  using db = new DatabaseSync(join(paths.mcp, 'state.sqlite'), { readOnly: true });
  return JSON.parse(String(db.prepare('SELECT record FROM server').get()?.['record']));
}

test('where nothing can be remembered calls are answered and audited, and idle servers are ended', async () => {
  await using field = openField();
  field.configure({ small: { omega: { idleMs: 300 } } });
  await using hub = await field.open();
  const late = hub.ask('small.late', { text: '1000' });
  await expect.poll(() => hub.servers()[0]?.state).toBe('ready');
  {
    using _lock = lockState(field);
    expect((await late).text).toBe('1000');
    await expect.poll(() => hub.servers()[0]?.state, { timeout: 20_000 }).toBe('cold');
    expect(field.processes()).toEqual([]);
    expect(stateOnDisk(field)).toMatchObject({ state: 'ready', usable: { value: null } });
  }
  await expect
    .poll(() => stateOnDisk(field), { timeout: 20_000 })
    .toMatchObject({ state: 'cold', usable: { value: true } });
  using chain = openChain(field.paths.ledgerDb);
  expect(chain.latest(auditStream, 2)).toMatchObject([{ outcome: 'ok' }, { outcome: 'begun' }]);
}, 60_000);

test('what cannot be counted is not sent', async () => {
  await using field = openField();
  field.configure({ small: { omega: { rate: '5/day' } } });
  await using hub = await field.open();
  await hub.ask('small.echo');
  using _lock = lockState(field);
  expect(await hub.refused('small.echo')).toMatchObject({ kind: 'busy', delivery: 'not-sent' });
});

test('a call that must not be sent twice is in the audit before it is sent, and one that may be is not', async () => {
  await using field = openField();
  field.configure({ once: {}, again: { omega: { idempotent: ['*'] } } });
  await using hub = await field.open();
  using chain = openChain(field.paths.ledgerDb);
  const giveUp = new AbortController();
  const calls = ['once', 'again'].map((server) => hub.ask(`${server}.hang`, {}, { signal: giveUp.signal }));
  await expect.poll(() => hub.servers().map(({ state }) => state)).toEqual(['ready', 'ready']);
  await expect
    .poll(() => chain.latest(auditStream, 5))
    .toMatchObject([{ outcome: 'begun', server: 'once', attempts: 1 }]);
  giveUp.abort(new Error('enough'));
  await Promise.allSettled(calls);
  await expect.poll(() => chain.head(auditStream).seq).toBe(3);
});

test('a call that must not be sent twice is not sent where it cannot be written down', async () => {
  await using field = openField();
  field.configure({ once: {}, again: { omega: { idempotent: ['*'] } } });
  await using hub = await field.open();
  using db = new DatabaseSync(field.paths.ledgerDb);
  db.exec('ALTER TABLE link RENAME TO hidden');
  expect(await hub.refused('once.echo')).toMatchObject({ kind: 'denied', delivery: 'not-sent' });
  expect((await hub.ask('again.echo', { text: 'on' })).text).toBe('on');
  db.exec('ALTER TABLE hidden RENAME TO link');
});
