import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Snapshot } from '#holding/health/snapshot.ts';
import { root } from '#lib/paths.ts';
import { finding, openHealth, reportEntry, scripted, second, stillClock, temporaryFolder } from '../support/health.ts';

const schemaPath = join(root, 'docs', 'snapshot.schema.json');

test('docs/snapshot.schema.json says what the code says (vitest -u writes it anew)', async () => {
  const schema = { title: 'Omega snapshot', ...z.toJSONSchema(Snapshot) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(schemaPath);
});

test('a snapshot of every kind of finding fits the published schema', async () => {
  using folder = temporaryFolder();
  const lost = new Error('no');
  const script = { down: finding('fail', { explicit: true }), warned: 'warn', lost, bare: 'off' } as const;
  const checks = ['well', 'down', 'warned', 'lost', 'bare'].map((id) => scripted(id, script));
  checks.push(scripted('child', {}, { dependsOn: ['down'] }));
  const clock = stillClock();
  using bench = openHealth(folder.path, { clock, checks, reports: async () => [reportEntry()] });
  await bench.health.beat(new AbortController().signal);
  clock.advance(2 * second);
  await bench.health.beat(new AbortController().signal);
  const published = z.fromJSONSchema(JSON.parse(readFileSync(schemaPath, 'utf8')));
  const snapshot = JSON.parse(readFileSync(bench.snapshotPath, 'utf8'));
  expect(published.parse(snapshot)).toEqual(snapshot);
  const states = Snapshot.parse(snapshot).checks.map(({ state }) => state);
  expect(states).toEqual(['up', 'down', 'degraded', 'unknown', 'off', 'blocked']);
});

test('the published schema refuses a snapshot that lacks its time', () => {
  const published = z.fromJSONSchema(JSON.parse(readFileSync(schemaPath, 'utf8')));
  expect(published.safeParse({ version: 1, seq: 1 }).success).toBe(false);
});

test('a snapshot of before there were reports can still be read: nothing is known of them', async () => {
  using folder = temporaryFolder();
  using bench = openHealth(folder.path, { clock: stillClock(), checks: [] });
  await bench.health.beat(new AbortController().signal);
  const { reports: _, ...former } = JSON.parse(readFileSync(bench.snapshotPath, 'utf8'));
  expect(Snapshot.parse(former).reports).toBeNull();
});

test('what changed in the last 24 hours is told; where the history cannot be read that is not known, which is not nothing', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  using bench = openHealth(folder.path, { clock, checks: [scripted('well', {})] });
  const read = (): Snapshot => Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8')));
  await bench.health.beat(new AbortController().signal);
  expect(read().changes).toMatchObject([{ check: 'well', from: 'new', to: 'up' }]);
  using db = new DatabaseSync(join(folder.path, 'health.sqlite'));
  db.exec('ALTER TABLE flip RENAME TO lost');
  clock.advance(60 * second);
  await bench.health.beat(new AbortController().signal);
  expect(read().changes).toBeNull();
});
