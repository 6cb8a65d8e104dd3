import { afterAll, expect, test } from 'vitest';
import { silentLog } from '#lib/log.ts';
import { connect } from '#queue/connection.ts';
import { createInbox, type Inbox, type KeptUpdate } from '#queue/inbox.ts';
import { startRedis } from '../support/redis.ts';

const server = await startRedis();
const redis = connect(server.target, { patience: 'prompt', log: silentLog });
afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});

let bots = 0;
const open = (botId = String((bots += 1))): Inbox => createInbox({ redis, botId });
const update = (id: number, text = `text ${id}`): KeptUpdate => ({ id, update: { update_id: id, message: { text } } });
const none = new Set<number>();

async function waiting(inbox: Inbox): Promise<number[]> {
  const inHand = new Set<number>();
  for (let next = await inbox.next(inHand); next !== null; next = await inbox.next(inHand)) inHand.add(next.id);
  return [...inHand];
}

test('begins with nothing, and asks for what comes after the last that was kept', async () => {
  const inbox = open();
  expect([await inbox.offset(), await inbox.next(none)]).toEqual([0, null]);
  expect(await inbox.keep([update(41), update(42, 'é “quoted” \u0000')], 1)).toBe(true);
  expect(await inbox.offset()).toBe(43);
  expect(await inbox.next(none)).toEqual(update(41));
  expect(await inbox.next(new Set([41]))).toEqual(update(42, 'é “quoted” \u0000'));
});

test('what comes again is kept once, also after it was handled', async () => {
  const inbox = open();
  await inbox.keep([update(1), update(2)], 1);
  await inbox.done(1);
  await inbox.keep([update(1), update(2), update(3)], 1);
  expect(await waiting(inbox)).toEqual([2, 3]);
});

test('what waits lies there for the next process, the oldest first', async () => {
  await open('same').keep([update(5), update(6)], 1);
  expect(await waiting(open('same'))).toEqual([5, 6]);
});

test('whoever held the lease before may keep nothing any more', async () => {
  const inbox = open();
  expect(await inbox.keep([update(1)], 8)).toBe(true);
  expect(await inbox.keep([update(2)], 7)).toBe(false);
  expect([await waiting(inbox), await inbox.offset()]).toEqual([[1], 2]);
  expect(await inbox.keep([], 7)).toBe(false);
});

test('numbers that begin anew after a quiet week are new, and the offset follows', async () => {
  const inbox = open();
  await inbox.keep([update(900_000_001)], 1);
  await inbox.keep([update(12_345)], 1);
  expect([await waiting(inbox), await inbox.offset()]).toEqual([[900_000_001, 12_345], 12_346]);
});

test('another bot has another inbox', async () => {
  await open('first').keep([update(1)], 1);
  expect(await open('second').offset()).toBe(0);
});

test('nothing is left of what was handled but its number', async () => {
  const inbox = open('clean');
  await inbox.keep([update(1, 'what somebody wrote')], 1);
  await inbox.done(1);
  const keys = await redis.keys('omega:inbox:clean:*');
  expect(keys.toSorted()).toEqual(['fence', 'offset', 'seen'].map((name) => `omega:inbox:clean:${name}`));
});
