import { expect, test } from 'vitest';
import { letterOf, openPostRoom, signal, type PostRoom } from '../../support/outbox.ts';

const hour = 3_600_000;

/** A report that was brought, and the code that the reader showed. */
async function broughtReport(room: PostRoom): Promise<string> {
  await room.outbox.seal(letterOf('incident/1'), signal);
  await room.outbox.deliver(signal);
  return (await room.open(await room.outbox.read(1))).receipt;
}

test('the code of the reader proves that it was opened, in whatever case, once', async () => {
  using room = openPostRoom();
  const code = await broughtReport(room);
  expect(room.outbox.standing()).toMatchObject({ verified: false, acknowledged: 0 });
  expect(room.outbox.acknowledge({ seq: 1, code: ` ${code.toLowerCase()} ` })).toBe('acknowledged');
  expect(room.outbox.standing()).toMatchObject({ verified: true, acknowledged: 1, lastAckedAt: room.clock.now() });
  expect(room.outbox.acknowledge({ seq: 1, code })).toBe('already');
  expect(room.outbox.find(1)).toMatchObject({ state: 'acked' });
});

test('a wrong code changes nothing, and there is no report of another number', async () => {
  using room = openPostRoom();
  await broughtReport(room);
  expect(room.outbox.acknowledge({ seq: 1, code: 'AAAAAAAA' })).toBe('wrong-code');
  expect(room.outbox.acknowledge({ seq: 1, code: '' })).toBe('wrong-code');
  expect(room.outbox.acknowledge({ seq: 9, code: 'AAAAAAAA' })).toBe('no-report');
  expect(room.outbox.find(1)).toMatchObject({ state: 'accepted', ackedAt: null });
});

test('after five wrong ones none is looked at for an hour', async () => {
  using room = openPostRoom();
  const code = await broughtReport(room);
  const wrong = Array.from({ length: 5 }, () => room.outbox.acknowledge({ seq: 1, code: 'AAAAAAAA' }));
  expect(new Set(wrong)).toEqual(new Set(['wrong-code']));
  expect(room.outbox.acknowledge({ seq: 1, code })).toBe('too-many-tries');
  room.clock.advance(hour);
  expect(room.outbox.acknowledge({ seq: 1, code })).toBe('acknowledged');
});

test('one that was acknowledged while it was still on its way is not brought again', async () => {
  using room = openPostRoom();
  await room.outbox.seal(letterOf('incident/1'), signal);
  room.outcomes.push({ kind: 'unanswered', why: 'no answer' });
  await room.outbox.deliver(signal);
  const { receipt } = await room.open(await room.outbox.read(1));
  expect(room.outbox.acknowledge({ seq: 1, code: receipt })).toBe('acknowledged');
  room.clock.advance(hour);
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 0, waiting: 0 });
  expect(room.loads).toHaveLength(1);
});

test('one that is sent again stays acknowledged', async () => {
  using room = openPostRoom();
  const code = await broughtReport(room);
  room.outbox.acknowledge({ seq: 1, code });
  expect(room.outbox.resend(1)).toBe(1);
  expect(await room.outbox.deliver(signal)).toMatchObject({ accepted: 1 });
  expect(room.outbox.find(1)).toMatchObject({ state: 'acked' });
  expect(room.outbox.resend(7)).toBe(0);
});
