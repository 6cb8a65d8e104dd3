import { afterAll, expect, test } from 'vitest';
import { silentLog } from '#lib/log.ts';
import { connect } from '#queue/connection.ts';
import { createPace, type Pace } from '#queue/pace.ts';
import { startRedis } from '../support/redis.ts';

const server = await startRedis();
const redis = connect(server.target, { patience: 'prompt', log: silentLog });
const second = connect(server.target, { patience: 'prompt', log: silentLog });
await redis.ping();
await second.ping();
afterAll(async () => {
  redis.disconnect();
  second.disconnect();
  await server[Symbol.asyncDispose]();
});

const signal = new AbortController().signal;
let bots = 0;
const newBot = (): string => String((bots += 1));

/** When each of so many turns came, in milliseconds since the first was asked for. */
async function turns(paces: readonly Pace[], { bot, chats }: { bot: string; chats: readonly (string | null)[] }) {
  const begun = performance.now();
  const times = await Promise.all(
    chats.map(async (chat, index) => {
      await paces[index % paces.length]?.turn({ bot, chat }, signal);
      return performance.now() - begun;
    }),
  );
  return times.toSorted((a, b) => a - b);
}

const last = (times: readonly number[]): number => times.at(-1) ?? 0;

test.each([
  [
    'through Redis, of two processes together',
    [createPace({ redis, scale: 0.1 }), createPace({ redis: second, scale: 0.1 })],
  ],
  ['in one process alone', [createPace({ redis: null, scale: 0.1 })]],
])('one a second in a chat %s', async (_where, paces) => {
  const times = await turns(paces, { bot: newBot(), chats: Array.from({ length: 6 }, () => '7') });
  expect(last(times)).toBeGreaterThanOrEqual(495);
});

test('thirty a second over all chats, and one chat does not wait for another', async () => {
  const pace = createPace({ redis });
  const times = await turns([pace], { bot: newBot(), chats: Array.from({ length: 16 }, (_, index) => String(index)) });
  expect(last(times)).toBeGreaterThanOrEqual(15 * 33);
  expect(last(times)).toBeLessThan(10_000);
});

test('a group is spoken to twenty times a minute', async () => {
  const pace = createPace({ redis, scale: 0.1 });
  const times = await turns([pace], { bot: newBot(), chats: ['-5', '-5'] });
  expect(last(times)).toBeGreaterThanOrEqual(295);
});

test('whoever came first in a chat speaks first', async () => {
  const pace = createPace({ redis, scale: 0.02 });
  const bot = newBot();
  const order: number[] = [];
  await Promise.all(
    [1, 2, 3, 4, 5].map(async (n) => void (await pace.turn({ bot, chat: '1' }, signal), order.push(n))),
  );
  expect(order).toEqual([1, 2, 3, 4, 5]);
});

test('a bot that is held keeps silent in every chat and process, and the longer hold counts', async () => {
  const bot = newBot();
  const [pace, elsewhere] = [createPace({ redis }), createPace({ redis: second })];
  await pace.hold(bot, 600);
  await pace.hold(bot, 10);
  const [first = 0] = await turns([elsewhere], { bot, chats: ['1'] });
  expect(first).toBeGreaterThanOrEqual(550);
  const begun = performance.now();
  await elsewhere.turn({ bot: newBot(), chat: '1' }, signal);
  expect(performance.now() - begun).toBeLessThan(500);
});

test('whoever gives up waits no longer, and holds up nobody after it', async () => {
  const pace = createPace({ redis });
  const bot = newBot();
  await pace.hold(bot, 300);
  const stop = new AbortController();
  const given = pace.turn({ bot, chat: '1' }, stop.signal);
  const next = pace.turn({ bot, chat: '1' }, signal);
  stop.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  await expect(next).resolves.toBeUndefined();
});

test('where Redis hangs or is gone it goes on by itself, and keeps the pace', async () => {
  await using own = await startRedis();
  const connection = connect(own.target, { patience: 'prompt', log: silentLog });
  await connection.ping();
  const pace = createPace({ redis: connection, scale: 0.1 });
  await own.kill('SIGSTOP');
  const times = await turns([pace], { bot: newBot(), chats: ['1', '1', '1'] });
  expect(last(times)).toBeGreaterThanOrEqual(1000 + 195);
  await own.kill('SIGKILL');
  const again = await turns([pace], { bot: newBot(), chats: ['1', '1', '1'] });
  expect(last(again)).toBeGreaterThanOrEqual(195);
  connection.disconnect();
});
