import { judgeReports } from '#holding/health/checks/reports.ts';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { seal } from '#holding/report/envelope.ts';
import { envelopeError } from '#holding/report/envelope/errors.ts';
import { codeOf } from '#lib/errors.ts';
import { letterOf, noon, openPostRoom, signal } from '../../support/outbox.ts';

const hour = 3_600_000;

async function codeOfRejection(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => codeOf(error),
  );
}

test('what is due is sealed in its order, each for the owner alone and chained to the one before', async () => {
  using room = openPostRoom();
  room.due.push('trend/marketing/2026-03-02', 'digest/2026-03-03');
  const sealed = await room.outbox.sealDue(signal);
  expect(sealed.map(({ seq, ref, state }) => [seq, ref, state])).toEqual([
    [1, 'trend/marketing/2026-03-02', 'sealed'],
    [2, 'digest/2026-03-03', 'sealed'],
  ]);
  const first = await room.open(await room.outbox.read(1));
  const second = await room.open(await room.outbox.read(2));
  expect(first.meta).toMatchObject({ seq: 1, epoch: 1, prev: '0'.repeat(64), kind: 'trend', type: 'text/html' });
  expect(second.meta).toMatchObject({
    seq: 2,
    epoch: 1,
    prev: first.sha512.slice(0, 64),
    name: 'digest-2026-03-03.html',
  });
  expect(Date.parse(second.meta.nextBy)).toBe(noon + 26 * hour);
  expect(Buffer.from(second.body).toString()).toBe(letterOf('digest/2026-03-03').html);
});

test('a report is sealed once, however often it is due, by whatever process', async () => {
  using room = openPostRoom();
  room.due.push('digest/2026-03-03');
  const other = room.reopen();
  const sealed = await Promise.all([room.outbox.sealDue(signal), other.sealDue(signal), room.outbox.sealDue(signal)]);
  expect(sealed.flat()).toHaveLength(1);
  expect(await room.outbox.sealDue(signal)).toEqual([]);
  expect(room.outbox.parcels().map(({ seq }) => seq)).toEqual([1]);
  expect(readdirSync(room.paths.outbox)).toHaveLength(1);
});

test('two processes that seal at once share one sequence', async () => {
  using room = openPostRoom();
  const other = room.reopen();
  const refs = ['incident/1', 'incident/2', 'incident/3', 'incident/4'];
  await Promise.all(refs.map((ref, i) => (i % 2 === 0 ? room.outbox : other).seal(letterOf(ref), signal)));
  const parcels = room.outbox.parcels();
  expect(parcels.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  const opened = await Promise.all(parcels.map(async ({ seq }) => room.open(await other.read(seq))));
  expect(opened.map(({ meta }) => meta.prev)).toEqual([
    '0'.repeat(64),
    ...opened.slice(0, 3).map(({ sha512 }) => sha512.slice(0, 64)),
  ]);
});

test('files are the owner’s alone, and no name of theirs can be guessed', async () => {
  using room = openPostRoom();
  const { file } = await room.outbox.seal(letterOf('incident/1'), signal);
  expect(file).toMatch(/^1-[0-9a-f]{32}\.orp$/);
  expect(statSync(join(room.paths.outbox, file)).mode & 0o777).toBe(0o600);
  expect(statSync(room.paths.reportSigningKey).mode & 0o777).toBe(0o600);
});

test('neither text nor title nor key stands in the ledger, and no parcel tells its code', async () => {
  using room = openPostRoom();
  const parcel = await room.outbox.seal(letterOf('incident/1'), signal);
  const { receipt } = await room.open(await room.outbox.read(1));
  const ledger = JSON.stringify(room.records());
  expect(ledger).not.toContain('canary text');
  expect(ledger).not.toContain('The title');
  expect(ledger).not.toContain(readFileSync(room.paths.reportSigningKey, 'utf8').trim());
  expect(JSON.stringify([parcel, room.outbox.standing()])).not.toContain(receipt);
});

test('a report of more than sixteen mebibytes goes out in parts, all of them or none', async () => {
  using room = openPostRoom();
  await room.outbox.seal(letterOf('incident/1', 'x'.repeat(17 * 2 ** 20)), signal);
  const parcels = room.outbox.parcels();
  expect(parcels.map(({ seq, ref }) => [seq, ref])).toEqual([
    [1, 'incident/1'],
    [2, 'incident/1'],
  ]);
  const opened = await Promise.all(parcels.map(async ({ seq }) => room.open(await room.outbox.read(seq))));
  expect(opened.map(({ meta }) => [meta.part?.i, meta.part?.n])).toEqual([
    [1, 2],
    [2, 2],
  ]);
  await room.outbox.deliver(signal);
  expect(room.loads.map(({ caption }) => caption)).toEqual([
    'All well, 0 incidents. Report #1, part 1 of 2, sealed.',
    'All well, 0 incidents. Report #2, part 2 of 2, sealed.',
  ]);
});

test('without a key nothing is written, sealed or brought, but it is counted', async () => {
  const written: string[] = [];
  using room = openPostRoom({
    keys: { recipients: [], fault: null },
    desk: {
      due: async () => ['digest/2026-03-03', 'incident/1'],
      write: async (ref) => (written.push(ref), letterOf(ref)),
    },
  });
  expect(await room.outbox.sealDue(signal)).toEqual([]);
  expect(written).toEqual([]);
  expect(room.outbox.standing()).toMatchObject({
    recipients: 0,
    heldBack: 2,
    sealed: 0,
    fault: null, // A key that nobody set is no fault: the check is off, and says how to make one.
  });
  expect(judgeReports(room.outbox.standing(), noon)).toMatchObject({
    status: 'off',
    todo: { command: 'npm run setup' },
  });
  expect(await codeOfRejection(room.outbox.seal(letterOf('incident/1'), signal))).toBe('E_KEY_MISSING');
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 0, waiting: 0 });
  expect(room.loads).toEqual([]);
});

test('keys with a fault seal nothing, and the fault is told', async () => {
  using room = openPostRoom({ keys: { recipients: [], fault: 'the second key was cut off' } });
  room.due.push('digest/2026-03-03');
  expect(await room.outbox.sealDue(signal)).toEqual([]);
  expect(room.outbox.standing()).toMatchObject({ heldBack: 1, fault: 'the second key was cut off' });
});

test('a kind that the owner lets go out goes as it is, beside the sequence, and the others are sealed', async () => {
  using room = openPostRoom({ plaintext: ['digest'] });
  room.due.push('trend/marketing/2026-03-02', 'digest/2026-03-03', 'incident/1');
  const sealed = await room.outbox.sealDue(signal);
  expect(sealed.map(({ seq, plaintext }) => [seq, plaintext])).toEqual([
    [1, false],
    [-1, true],
    [2, false],
  ]);
  await room.outbox.deliver(signal);
  expect(Buffer.from(room.loads[1]?.bytes ?? []).toString()).toContain('canary text');
  expect(room.loads[1]).toMatchObject({ caption: 'All well, 0 incidents. Not sealed, as you chose.' });
  expect(room.loads[1]?.fileName).toMatch(/^[0-9a-f]{32}\.html$/);
  const [first, last] = [await room.outbox.read(1), await room.outbox.read(2)];
  expect((await room.open(last)).meta.prev).toBe((await room.open(first)).sha512.slice(0, 64));
  expect(room.outbox.standing()).toMatchObject({ sealed: 2, sent: 3 });
});

test('one that cannot be written holds up no other, and is told', async () => {
  using room = openPostRoom({
    desk: {
      due: async () => ['incident/1', 'incident/2'],
      write: async (ref) => (ref === 'incident/1' ? Promise.reject(new Error('it is gone')) : letterOf(ref)),
    },
  });
  expect((await room.outbox.sealDue(signal)).map(({ ref }) => ref)).toEqual(['incident/2']);
  expect(room.outbox.standing()).toMatchObject({ fault: 'it is gone', sealed: 1 });
});

test('a signing key that is damaged stays as it is, and none of it is told', async () => {
  using room = openPostRoom();
  mkdirSync(room.paths.keys, { recursive: true });
  writeFileSync(room.paths.reportSigningKey, 'deadbeef'.repeat(7));
  room.due.push('incident/1');
  const rejected = await room.outbox.sealDue(signal).catch((error: unknown) => error);
  expect(codeOf(rejected)).toBe('E_SIGNING_KEY');
  expect(String(rejected)).not.toContain('deadbeef');
  expect(readFileSync(room.paths.reportSigningKey, 'utf8')).toBe('deadbeef'.repeat(7));
  expect(room.outbox.standing().fault).toContain('is damaged');
});

test('what cannot be written to the disk is not sealed, and is once it can', async () => {
  using room = openPostRoom();
  rmSync(room.paths.outbox, { recursive: true, force: true });
  writeFileSync(room.paths.outbox, 'a file stands where the folder should be');
  room.due.push('incident/1');
  expect(await codeOfRejection(room.outbox.sealDue(signal))).toBe('E_OUTBOX_WRITE');
  expect(room.outbox.standing()).toMatchObject({
    sealed: 0,
    fault: expect.stringMatching(/takes no file: (?!.*: E)/) as string,
  });
  rmSync(room.paths.outbox);
  expect((await room.outbox.sealDue(signal)).map(({ seq }) => seq)).toEqual([1]);
  expect(room.outbox.standing().fault).toBeNull();
});

test('a ledger that takes nothing leaves no file behind', async () => {
  using room = openPostRoom();
  await room.outbox.seal(letterOf('incident/1'), signal);
  using db = new DatabaseSync(room.paths.ledgerDb);
  db.exec(`CREATE TRIGGER full BEFORE INSERT ON link BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
  expect(await codeOfRejection(room.outbox.seal(letterOf('incident/2'), signal))).toBe('E_OUTBOX_WRITE');
  expect(readdirSync(room.paths.outbox)).toHaveLength(1);
  db.exec('DROP TRIGGER full');
  expect(await room.outbox.seal(letterOf('incident/2'), signal)).toMatchObject({ seq: 2 });
});

test('a ledger that cannot be used is told by its standing, and ends nothing', () => {
  using room = openPostRoom();
  mkdirSync(room.paths.ledgerDb, { recursive: true });
  expect(room.outbox.standing()).toMatchObject({
    sealed: 0,
    fault: expect.stringContaining('cannot be used') as string,
  });
});

test('a new signing key begins an epoch, and so does one that was replaced by hand', async () => {
  using room = openPostRoom();
  await room.outbox.seal(letterOf('incident/1'), signal);
  expect(await room.outbox.rotate(signal)).toBe(2);
  await room.outbox.seal(letterOf('incident/2'), signal);
  rmSync(room.paths.reportSigningKey);
  await room.outbox.seal(letterOf('incident/3'), signal);
  await room.outbox.seal(letterOf('incident/4'), signal);
  const opened = await Promise.all([1, 2, 3, 4].map(async (seq) => room.open(await room.outbox.read(seq))));
  expect(opened.map(({ meta }) => [meta.epoch, meta.seq])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
    [3, 4],
  ]);
  expect(opened.map(({ meta }) => meta.prev === '0'.repeat(64))).toEqual([true, true, true, false]);
  expect(new Set(opened.map(({ sender }) => Buffer.from(sender).toString('hex'))).size).toBe(3);
});

test('one that cannot be sealed holds up no other, and is told', async () => {
  const tooMuch = 'the thread had too little memory';
  using room = openPostRoom({
    seal: async (what) => {
      if (what.meta.name === 'incident-1.html') throw new RangeError(tooMuch);
      if (what.meta.name === 'incident-2.html') throw envelopeError('E_FORMAT', 'It cannot be.');
      return seal(what);
    },
  });
  room.due.push('incident/1', 'incident/2', 'incident/3');
  expect((await room.outbox.sealDue(signal)).map(({ seq, ref }) => [seq, ref])).toEqual([[1, 'incident/3']]);
  expect(room.outbox.standing()).toMatchObject({ fault: 'It cannot be.', sealed: 1 });
  expect(readdirSync(room.paths.outbox)).toHaveLength(1);
});

test('a signing key on a disk that is not there is no reason to turn round for ever', async () => {
  using room = openPostRoom();
  mkdirSync(room.paths.keys, { recursive: true });
  symlinkSync(join(room.paths.keys, 'not-mounted', 'signing.key'), room.paths.reportSigningKey);
  expect(await codeOfRejection(room.outbox.seal(letterOf('incident/1'), signal))).toBe('E_SIGNING_KEY');
});
