import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Courier } from '#holding/report/outbox.ts';
import { letterOf, openPostRoom, signal, type PostRoom } from '../../support/outbox.ts';

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

async function sealThree(room: PostRoom): Promise<void> {
  for (const ref of ['incident/1', 'incident/2', 'incident/3']) await room.outbox.seal(letterOf(ref), signal);
}

function states(room: PostRoom): string[] {
  return room.outbox.parcels().map(({ state }) => state);
}

test('what is sealed is brought in the order of its numbers, with counts beside it and nothing else', async () => {
  using room = openPostRoom();
  await sealThree(room);
  expect(await room.outbox.deliver(signal)).toEqual({ accepted: 3, dead: 0, waiting: 0, nextTryAt: null });
  expect(room.loads.map(({ seq, caption }) => [seq, caption])).toEqual([
    [1, 'All well, 0 incidents. Report #1, sealed.'],
    [2, 'All well, 0 incidents. Report #2, sealed.'],
    [3, 'All well, 0 incidents. Report #3, sealed.'],
  ]);
  expect(room.loads[0]?.fileName).toMatch(/^[0-9a-f]{32}\.orp$/);
  expect(room.outbox.find(1)).toMatchObject({
    state: 'accepted',
    carriedBy: { courier: 'telegram', reference: 'message 1' },
  });
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 0 });
});

test('a caption stays on one line and is short, whatever the counts say, in the language of the letter', async () => {
  using room = openPostRoom();
  const letter = { ...letterOf('incident/1'), language: 'nl', tally: `2 storingen!\n${'😀'.repeat(300)}` } as const;
  await room.outbox.seal(letter, signal);
  await room.outbox.deliver(signal);
  const caption = room.loads[0]?.caption ?? '';
  expect(caption).toMatch(/^2 storingen! 😀[^\n]*Rapport #1, verzegeld\.$/u);
  expect(caption.length).toBeLessThan(300);
  expect(caption.isWellFormed()).toBe(true);
});

test('the attempt is in the ledger before the courier is asked', async () => {
  const seen: string[] = [];
  const room: PostRoom = openPostRoom({
    couriers: [
      {
        name: 'telegram',
        where: 'Telegram',
        isReady: () => true,
        carry: async () => {
          seen.push(...room.records().map(({ type }) => type));
          return { kind: 'accepted', reference: '1' };
        },
      },
    ],
  });
  using _room = room;
  await room.outbox.seal(letterOf('incident/1'), signal);
  await room.outbox.deliver(signal);
  expect(seen).toEqual(['rotated', 'sealed', 'attempting']);
});

test('one that was being brought when its process died is brought again', async () => {
  using room = openPostRoom();
  await room.outbox.seal(letterOf('incident/1'), signal);
  const asked = Promise.withResolvers<void>();
  const carry = (): Promise<never> => {
    asked.resolve();
    return new Promise(() => {});
  };
  const dying = room.reopen({ couriers: [{ name: 'telegram', where: 'Telegram', isReady: () => true, carry }] });
  void dying.deliver(signal);
  await asked.promise;
  rmSync(join(room.paths.run, 'report-send.lock')); // The kernel lets go of it for who died; this one only fell silent.
  expect(room.outbox.find(1)).toMatchObject({ state: 'attempting', attempts: 1 });
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 1 });
  expect(room.outbox.find(1)).toMatchObject({ state: 'accepted', attempts: 2 });
});

test('one that is refused is a dead letter, says why on one line, and holds up no other', async () => {
  using room = openPostRoom();
  await sealThree(room);
  room.outcomes.push({ kind: 'refused', why: 'Forbidden:\nbot was blocked by the user' });
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 2, dead: 1, waiting: 0 });
  expect(room.outbox.find(1)).toMatchObject({
    state: 'dead',
    fault: 'Forbidden: bot was blocked by the user',
    nextTryAt: null,
  });
  expect(room.outbox.resend('dead')).toBe(1);
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 1 });
  expect(room.outbox.standing()).toMatchObject({ dead: 0, sent: 3 });
});

test('a courier that asks for time is left alone for so long, and that is no attempt', async () => {
  using room = openPostRoom();
  await sealThree(room);
  room.outcomes.push({ kind: 'wait', ms: 30 * second });
  const { waiting, nextTryAt } = await room.outbox.deliver(signal);
  expect([waiting, nextTryAt]).toEqual([3, room.clock.now() + 30 * second]);
  expect(room.outbox.find(1)).toMatchObject({ state: 'sealed', attempts: 0 });
  room.clock.advance(29 * second);
  await room.outbox.deliver(signal);
  expect(room.loads).toHaveLength(1);
  room.clock.advance(second);
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 3 });
});

test('a courier that may work no more holds all reports back, and is asked again an hour later', async () => {
  using room = openPostRoom();
  await sealThree(room);
  room.outcomes.push({ kind: 'stopped', why: 'the token was revoked' });
  expect(await room.outbox.deliver(signal)).toMatchObject({ waiting: 3, dead: 0, nextTryAt: room.clock.now() + hour });
  expect(room.outbox.standing().fault).toBe('the token was revoked');
  await room.outbox.deliver(signal);
  expect(room.loads).toHaveLength(1);
  room.clock.advance(hour);
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 3 });
  expect(room.outbox.standing().fault).toBeNull();
});

test('what cannot be reached is tried after 5 s, twice that, and so on to an hour', async () => {
  using room = openPostRoom();
  await room.outbox.seal(letterOf('incident/1'), signal);
  const waits: number[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1) {
    room.outcomes.push({ kind: attempt % 2 === 0 ? 'unreachable' : 'unanswered', why: 'ECONNRESET' });
    const { nextTryAt } = await room.outbox.deliver(signal);
    const wait = (nextTryAt ?? 0) - room.clock.now();
    waits.push(wait / second);
    room.clock.advance(wait);
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
  expect(room.outbox.find(1)).toMatchObject({ attempts: 12, fault: 'ECONNRESET' });
});

test('after seven days of trying it is a dead letter', async () => {
  using room = openPostRoom();
  await room.outbox.seal(letterOf('incident/1'), signal);
  const begun = room.clock.now();
  while (states(room)[0] === 'sealed') {
    room.outcomes.push({ kind: 'unreachable', why: 'no connection' });
    const { nextTryAt } = await room.outbox.deliver(signal);
    room.clock.advance((nextTryAt ?? room.clock.now()) - room.clock.now());
  }
  expect(states(room)).toEqual(['dead']);
  expect((room.clock.now() - begun) / day).toBeCloseTo(7, 0);
});

test('a machine that slept for eight days tries on', async () => {
  using room = openPostRoom();
  await room.outbox.seal(letterOf('incident/1'), signal);
  room.outcomes.push({ kind: 'unreachable', why: 'no connection' }, { kind: 'unreachable', why: 'no connection' });
  await room.outbox.deliver(signal);
  room.clock.advance(8 * day);
  await room.outbox.deliver(signal);
  expect(states(room)).toEqual(['sealed']);
});

test('after a clock that was ahead is set back, nothing waits for the time that it showed', async () => {
  using room = openPostRoom();
  room.clock.set(room.clock.now() + 365 * day);
  await room.outbox.seal(letterOf('incident/1'), signal);
  room.outcomes.push({ kind: 'unreachable', why: 'no connection' });
  await room.outbox.deliver(signal);
  room.clock.set(room.clock.now() - 365 * day);
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 1 });
});

test('a courier that throws has left nobody knowing: it is asked again', async () => {
  using room = openPostRoom({
    couriers: [
      {
        name: 'telegram',
        where: 'Telegram',
        isReady: () => true,
        carry: async () => Promise.reject(new Error('it broke')),
      },
    ],
  });
  await room.outbox.seal(letterOf('incident/1'), signal);
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 0, dead: 0, waiting: 1 });
  expect(room.outbox.find(1)).toMatchObject({ state: 'sealed', fault: 'it broke' });
});

test('without a bot reports lie in the export folder, each once and under its number', async () => {
  using room = openPostRoom({ couriers: [] });
  await sealThree(room);
  await room.outbox.deliver(signal);
  expect(readdirSync(room.paths.reportExports).toSorted()).toEqual(['0001.orp', '0002.orp', '0003.orp']);
  expect((await room.open(readFileSync(join(room.paths.reportExports, '0002.orp')))).meta.seq).toBe(2);
  room.outbox.resend(2);
  await room.outbox.deliver(signal);
  expect(readdirSync(room.paths.reportExports)).toHaveLength(3);
});

test('a file of the owner’s in the export folder stays as it is', async () => {
  using room = openPostRoom({ couriers: [] });
  await room.outbox.seal(letterOf('incident/1'), signal);
  await room.outbox.deliver(signal);
  writeFileSync(join(room.paths.reportExports, '0001.orp'), 'mine');
  room.outbox.resend(1);
  await room.outbox.deliver(signal);
  expect(readFileSync(join(room.paths.reportExports, '0001.orp'), 'utf8')).toBe('mine');
  expect(readdirSync(room.paths.reportExports).toSorted()).toEqual([
    expect.stringMatching(/^0001-[0-9a-f]{16}\.orp$/),
    '0001.orp',
  ]);
});

test('what nobody acknowledged within two days is exported as well, once, and counted', async () => {
  using room = openPostRoom();
  await sealThree(room);
  room.outcomes.push({ kind: 'accepted', reference: '1' }, { kind: 'refused', why: 'too large' });
  await room.outbox.deliver(signal);
  const { receipt } = await room.open(await room.outbox.read(3));
  expect(room.outbox.acknowledge({ seq: 3, code: receipt })).toBe('acknowledged');
  room.clock.advance(2 * day + second);
  await room.outbox.deliver(signal);
  expect(readdirSync(room.paths.reportExports).toSorted()).toEqual(['0001.orp', '0002.orp']);
  expect(room.outbox.standing()).toMatchObject({ overdue: 1, dead: 1, acknowledged: 1 });
  rmSync(room.paths.reportExports, { recursive: true });
  await room.outbox.deliver(signal);
  expect(() => readdirSync(room.paths.reportExports)).toThrow('ENOENT');
});

test('a file that is gone or damaged makes a dead letter of its report only', async () => {
  using room = openPostRoom();
  await sealThree(room);
  const [first, second_] = room.outbox.parcels();
  rmSync(join(room.paths.outbox, first?.file ?? ''));
  writeFileSync(join(room.paths.outbox, second_?.file ?? ''), 'something else');
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 1, dead: 2 });
  expect(room.loads.map(({ seq }) => seq)).toEqual([3]);
});

test('where nobody takes anything not each of a thousand reports has to find that out', async () => {
  using room = openPostRoom();
  await sealThree(room);
  room.outcomes.push(...Array.from({ length: 9 }, () => ({ kind: 'unreachable', why: 'no connection' }) as const));
  await room.outbox.deliver(signal);
  expect(room.loads.map(({ seq }) => seq)).toEqual([1, 2]);
});

test('two processes that deliver at once bring nothing twice', async () => {
  using room = openPostRoom();
  await sealThree(room);
  const other = room.reopen();
  await Promise.all([room.outbox.deliver(signal), other.deliver(signal)]);
  expect(room.loads.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test('what was to go out unsealed stays, and is no file in the export folder, once its kind may not any more', async () => {
  using room = openPostRoom({ plaintext: ['digest'] });
  room.outcomes.push({ kind: 'unreachable', why: 'no connection' });
  await room.outbox.seal(letterOf('digest/2026-03-03'), signal);
  await room.outbox.deliver(signal);
  const after = room.reopen({ plaintext: [] });
  room.clock.advance(3 * day);
  expect(await after.deliver(signal)).toMatchObject({ accepted: 0, dead: 1, waiting: 0 });
  expect(after.find(-1)).toMatchObject({ state: 'dead', fault: 'its kind may not go out unsealed any more' });
  after.resend('dead');
  await after.deliver(signal);
  expect(room.loads).toHaveLength(1);
  expect(() => readdirSync(room.paths.reportExports)).toThrow('ENOENT');
});

test('a courier that never answers, not even when told to stop, holds nobody up afterwards', async () => {
  using room = openPostRoom();
  await room.outbox.seal(letterOf('incident/1'), signal);
  const asked = Promise.withResolvers<void>();
  const outcomes = [new Promise<never>(() => {})];
  const carry: Courier['carry'] = () => {
    asked.resolve();
    return outcomes.shift() ?? Promise.resolve({ kind: 'accepted', reference: '2' });
  };
  const outbox = room.reopen({ couriers: [{ name: 'telegram', where: 'Telegram', isReady: () => true, carry }] });
  const stop = new AbortController();
  const delivering = outbox.deliver(stop.signal);
  await asked.promise;
  stop.abort(new Error('the time is over'));
  await expect(delivering).rejects.toThrow('the time is over');
  expect(await outbox.deliver(signal)).toMatchObject({ accepted: 1 });
  expect(outbox.find(1)).toMatchObject({ state: 'accepted', attempts: 2 });
});
