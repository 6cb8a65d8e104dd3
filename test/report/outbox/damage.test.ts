import { copyFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openChain } from '#lib/chain.ts';
import { letterOf, openPostRoom, signal, type PostRoom } from '../../support/outbox.ts';

const day = 24 * 3_600_000;

async function sealed(room: PostRoom, refs: readonly string[]): Promise<void> {
  for (const ref of refs) await room.outbox.seal(letterOf(ref), signal);
}

/** Cuts the ledger behind its first records, as a restored backup does. */
function cut(room: PostRoom, keep: number): void {
  using db = new DatabaseSync(room.paths.ledgerDb);
  db.prepare(`DELETE FROM link WHERE stream = 'report' AND seq > ?`).run(keep);
}

test('a ledger that lost its end begins an epoch: no number comes twice, and what it lost is exported', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1', 'incident/2', 'incident/3']);
  cut(room, 2);
  const after = room.reopen();
  expect(after.parcels().map(({ seq }) => seq)).toEqual([1]);
  expect(await after.seal(letterOf('incident/2'), signal)).toMatchObject({ seq: 4, epoch: 2 });
  const opened = await room.open(await after.read(4));
  expect(opened.meta).toMatchObject({ epoch: 2, seq: 4, prev: '0'.repeat(64) });
  expect(readdirSync(room.paths.reportExports).toSorted()).toEqual(['0002.orp', '0003.orp']);
  expect(await after.seal(letterOf('incident/4'), signal)).toMatchObject({ seq: 5, epoch: 2 });
});

test('the same holds where the whole ledger is gone', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1', 'incident/2']);
  room.outbox[Symbol.dispose]();
  for (const ending of ['', '-wal', '-shm']) rmSync(`${room.paths.ledgerDb}${ending}`, { force: true });
  const after = room.reopen();
  expect(await after.seal(letterOf('incident/3'), signal)).toMatchObject({ seq: 3, epoch: 2 });
  expect(readdirSync(room.paths.reportExports).toSorted()).toEqual(['0001.orp', '0002.orp']);
});

test('and where it was cut and written on before anyone looked', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1', 'incident/2', 'incident/3']);
  cut(room, 2);
  using chain = openChain(room.paths.ledgerDb);
  const acked = { type: 'acked', seq: 1, at: 1 };
  chain.append('report', [acked, acked, acked, acked]);
  expect(await room.reopen().seal(letterOf('incident/9'), signal)).toMatchObject({ seq: 4, epoch: 2 });
});

test('a head beside the ledger that cannot be read begins an epoch as well', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1', 'incident/2']);
  writeFileSync(room.paths.reportHead, 'x');
  expect(await room.outbox.seal(letterOf('incident/3'), signal)).toMatchObject({ seq: 3, epoch: 2 });
});

test('a head that is behind the ledger, as after a death between the two, changes nothing', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1']);
  copyFileSync(room.paths.reportHead, `${room.paths.reportHead}.old`);
  await sealed(room, ['incident/2']);
  copyFileSync(`${room.paths.reportHead}.old`, room.paths.reportHead);
  expect(await room.outbox.seal(letterOf('incident/3'), signal)).toMatchObject({ seq: 3, epoch: 1 });
});

test('a file that is in no ledger is neither known nor brought, and goes in time', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1']);
  const stray = `2-${'a'.repeat(32)}.orp`;
  for (const name of [stray, `${stray}.123.tmp`]) writeFileSync(join(room.paths.outbox, name), 'x');
  expect(room.outbox.find(2)).toBeNull();
  await room.outbox.deliver(signal);
  expect(room.loads.map(({ seq }) => seq)).toEqual([1]);
  expect(await room.outbox.prune(signal)).toBe(2);
  expect(readdirSync(room.paths.outbox)).toEqual([room.outbox.find(1)?.file]);
});

test('nothing is cleared away before what a cut ledger lost was exported', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1', 'incident/2']);
  cut(room, 2);
  const after = room.reopen();
  expect(await after.prune(signal)).toBe(0);
  await after.seal(letterOf('incident/3'), signal);
  expect(await after.prune(signal)).toBe(1);
  expect(readdirSync(room.paths.reportExports)).toEqual(['0002.orp']);
});

test('a report’s file goes 400 days after it was acknowledged, and its record stays', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1', 'incident/2']);
  await room.outbox.deliver(signal);
  room.outbox.acknowledge({ seq: 1, code: (await room.open(await room.outbox.read(1))).receipt });
  room.clock.advance(399 * day);
  expect(await room.outbox.prune(signal)).toBe(0);
  room.clock.advance(2 * day);
  expect(await room.outbox.prune(signal)).toBe(1);
  expect(room.outbox.find(1)).toMatchObject({ state: 'acked' });
  await expect(room.outbox.read(1)).rejects.toThrow('not in the outbox any more');
});

test('a record that cannot be read is counted, and the others stay', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1']);
  using chain = openChain(room.paths.ledgerDb);
  chain.append('report', [{ type: 'of a newer Omega' }]);
  expect(room.outbox.standing()).toMatchObject({
    sealed: 1,
    fault: '1 records of the ledger of reports cannot be read',
  });
});

test('thousands of reports are counted in no time', () => {
  using room = openPostRoom();
  using chain = openChain(room.paths.ledgerDb);
  const sealedAs = (seq: number): object => ({
    type: 'sealed',
    seq,
    epoch: 1,
    id: 'x',
    ref: `incident/${seq}`,
    kind: 'incident',
    at: seq,
    nextBy: seq,
    bytes: 1,
    sha512: 'a'.repeat(128),
    file: `${seq}-a.orp`,
    recipients: 1,
    plaintext: false,
    receipt: 'AAAAAAAA',
    part: null,
    tally: '',
    language: 'en',
  });
  chain.append(
    'report',
    Array.from({ length: 5000 }, (_, i) => sealedAs(i + 1)),
  );
  expect(room.outbox.standing()).toMatchObject({ sealed: 5000, lastSeq: 5000 });
  const begun = performance.now();
  room.outbox.standing();
  expect(performance.now() - begun).toBeLessThan(100);
});

test('nor does one come twice where the key was changed before the next report', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1', 'incident/2', 'incident/3']);
  cut(room, 2);
  const after = room.reopen();
  await after.rotate(signal);
  expect(await after.seal(letterOf('incident/4'), signal)).toMatchObject({ seq: 4 });
  expect(await after.seal(letterOf('incident/5'), signal)).toMatchObject({ seq: 5 });
});

test('nor where the ledger has it, but its record cannot be read: its file stays, and is exported', async () => {
  using room = openPostRoom();
  await sealed(room, ['incident/1', 'incident/2']);
  using db = new DatabaseSync(room.paths.ledgerDb);
  db.prepare(`UPDATE link SET record = '{' WHERE stream = 'report' AND seq = 3`).run();
  const after = room.reopen();
  expect(await after.prune(signal)).toBe(0);
  expect(await after.seal(letterOf('incident/3'), signal)).toMatchObject({ seq: 3, epoch: 2 });
  expect(readdirSync(room.paths.reportExports)).toEqual(['0002.orp']);
  expect(await after.prune(signal)).toBe(0);
});

test('a ledger that is cut in half under a running Omega is told, and nothing is sealed or sent by it', async () => {
  using room = openPostRoom();
  for (let n = 1; n <= 30; n += 1) await sealed(room, [`incident/${n}`]);
  room.outbox[Symbol.dispose]();
  const after = room.reopen();
  expect(after.standing()).toMatchObject({ sealed: 30, fault: null });
  truncateSync(room.paths.ledgerDb, Math.floor(statSync(room.paths.ledgerDb).size / 2));
  expect(after.standing()).toMatchObject({ sealed: 0, fault: expect.stringContaining('malformed') as string });
  await expect(after.deliver(signal)).rejects.toMatchObject({ hint: expect.stringContaining('put back') as string });
  await expect(after.seal(letterOf('incident/31'), signal)).rejects.toMatchObject({ name: 'OmegaError' });
  expect([room.loads, readdirSync(room.paths.outbox).length]).toEqual([[], 30]);
});
