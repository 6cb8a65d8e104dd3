import { afterAll, expect, test } from 'vitest';
import type { Load } from '#holding/report/outbox.ts';
import { createReportCourier } from '#holding/telegram/report-courier.ts';
import { startFakeBotApi, type FaultKind } from '../support/fake-bot-api.ts';
import { transportTo } from '../support/telegram.ts';

const api = await startFakeBotApi({ mostFileBytes: 1_000_000 });
afterAll(() => api[Symbol.asyncDispose]());

const signal = new AbortController().signal;
const load: Load = {
  seq: 42,
  bytes: new Uint8Array(5000).fill(7),
  fileName: 'b5f0c1.orp',
  caption: 'All well, 0 incidents, report #42, sealed',
  sound: false,
};

function setUp() {
  const bot = api.bot();
  const person = bot.person();
  const transport = transportTo(api, bot, { patienceMs: 1000 });
  return { bot, person, transport, courier: createReportCourier({ transport, chat: () => String(person.id) }) };
}

test('a report arrives as a file that can be passed on, silently where it may make no noise', async () => {
  const { person, courier } = setUp();
  expect(await courier.carry(load, signal)).toEqual({ kind: 'accepted', reference: '1' });
  await courier.carry({ ...load, sound: true }, signal);
  expect(person.sees()).toMatchObject([
    { text: load.caption, document: { fileName: 'b5f0c1.orp' }, isSilent: true, isProtected: false },
    { isSilent: false },
  ]);
  expect(person.sees()[0]?.document?.bytes).toEqual(load.bytes);
});

test('it is ready once the bot has a chat', async () => {
  const { transport } = setUp();
  let chat: string | null = null;
  const courier = createReportCourier({ transport, chat: () => chat });
  expect(courier.isReady()).toBe(false);
  expect(await courier.carry(load, signal)).toMatchObject({ kind: 'unreachable' });
  chat = '1';
  expect(courier.isReady()).toBe(true);
});

test.each<[FaultKind, object]>([
  ['502', { kind: 'unreachable' }],
  ['429', { kind: 'wait', ms: 1000 }],
  ['accept-reset', { kind: 'unanswered' }],
  ['html', { kind: 'unanswered' }],
  ['hang', { kind: 'unanswered' }],
])('after %s it is %j', async (fault, outcome) => {
  const { courier } = setUp();
  api.faults.next(fault);
  expect(await courier.carry(load, signal)).toMatchObject(outcome);
});

test('a person who blocked the bot, a chat that is none and a file that is too large are refusals', async () => {
  const { person, transport, courier } = setUp();
  expect(await courier.carry({ ...load, bytes: new Uint8Array(1_100_000) }, signal)).toMatchObject({ kind: 'refused' });
  person.blocks();
  expect(await courier.carry(load, signal)).toMatchObject({ kind: 'refused', why: expect.stringContaining('403') });
  const lost = createReportCourier({ transport, chat: () => '1' });
  expect(await lost.carry(load, signal)).toMatchObject({ kind: 'refused', why: expect.stringContaining('not found') });
});

test('a group that moved is a refusal that says so', async () => {
  const { bot, transport } = setUp();
  const group = bot.group();
  group.migrates();
  const courier = createReportCourier({ transport, chat: () => String(group.id) });
  expect(await courier.carry(load, signal)).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('supergroup'),
  });
});

test('a token that was revoked stops it', async () => {
  const { bot, courier } = setUp();
  bot.revoke();
  expect(await courier.carry(load, signal)).toMatchObject({ kind: 'stopped' });
});

test('whoever gives up hears its own reason', async () => {
  const { courier } = setUp();
  await expect(courier.carry(load, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
