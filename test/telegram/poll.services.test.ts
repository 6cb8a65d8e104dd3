import { EventEmitter, once } from 'node:events';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { KeptUpdate } from '#holding/telegram/needs.ts';
import { pollUpdates, type Poll, type PollOptions } from '#holding/telegram/poll.ts';
import { silentLog } from '#lib/log.ts';
import { connect } from '#queue/connection.ts';
import { createInbox } from '#queue/inbox.ts';
import { createLease } from '#queue/lease.ts';
import { startFakeBotApi, type FakeBot, type Person } from '../support/fake-bot-api.ts';
import { startRedis } from '../support/redis.ts';
import { quickClock, transportTo } from '../support/telegram.ts';

const redisServer = await startRedis();
const redis = connect(redisServer.target, { patience: 'prompt', log: silentLog });
const api = await startFakeBotApi({ secondMs: 100 });
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  redis.disconnect();
  await redisServer[Symbol.asyncDispose]();
});
beforeEach(() => api.faults.none());

const times = { leaseMs: 900, openMs: 10_000, giveUpMs: 1500, webhookMs: 1000, longestPauseMs: 30_000 };
const Message = z.object({ message: z.object({ text: z.string() }) });

function textOf({ update }: KeptUpdate): string {
  return Message.parse(update).message.text;
}

interface Rig extends AsyncDisposable {
  readonly bot: FakeBot;
  readonly person: Person;
  readonly handled: string[];
  /** Each that it came to be in, in order. */
  readonly states: string[];
  readonly poll: Poll;
  readonly until: (isSo: () => boolean) => Promise<void>;
  readonly stop: () => Promise<void>;
}

function open(options: Partial<PollOptions> & { bot?: FakeBot; person?: Person; prefix?: string } = {}): Rig {
  const { bot = api.bot(), prefix = 'omega', person = bot.person() } = options;
  const changes = new EventEmitter();
  const handled: string[] = [];
  const states: string[] = [];
  const stop = new AbortController();
  const poll = pollUpdates({
    transport: transportTo(api, bot),
    lease: createLease({ redis, prefix }),
    inbox: createInbox({ redis, prefix, botId: bot.id }),
    clock: quickClock(0.05),
    log: silentLog,
    signal: stop.signal,
    times,
    tell: ({ state }) => {
      states.push(state);
      changes.emit('change');
    },
    ...options,
    onUpdate: async (update, signal) => {
      await options.onUpdate?.(update, signal);
      handled.push(textOf(update));
      changes.emit('change');
    },
  });
  const end = async (): Promise<void> => {
    stop.abort();
    await poll.over;
  };
  return {
    bot,
    person,
    handled,
    states,
    poll,
    until: async (isSo) => {
      while (!isSo()) await once(changes, 'change');
    },
    stop: end,
    [Symbol.asyncDispose]: end,
  };
}

const polls = (bot: FakeBot): number =>
  api.asked.filter((one) => one.botId === bot.id && one.method === 'getUpdates').length;

test('what a person says is handled, in order, and Telegram is told that it was kept', async () => {
  await using rig = open();
  for (const text of ['one', 'two', 'three']) rig.person.says(text);
  await rig.until(() => rig.handled.length === 3);
  expect(rig.handled).toEqual(['one', 'two', 'three']);
  expect(rig.poll.standing()).toMatchObject({ state: 'polling', fault: null, lastUpdateAt: expect.any(Number) });
  const first = api.asked.find(({ botId, method }) => botId === rig.bot.id && method === 'getUpdates');
  expect(first?.params).toMatchObject({ allowed_updates: ['message', 'callback_query'] });
});

test('one that is slow holds up its own chat and nobody else', async () => {
  const freed = Promise.withResolvers<void>();
  await using rig = open({ onUpdate: async (update) => (textOf(update) === 'slow' ? freed.promise : undefined) });
  const other = rig.bot.person('Another');
  rig.person.says('slow');
  rig.person.says('after slow');
  other.says('meanwhile');
  await rig.until(() => rig.handled.length === 1);
  expect(rig.handled).toEqual(['meanwhile']);
  freed.resolve();
  await rig.until(() => rig.handled.length === 3);
  expect(rig.handled).toEqual(['meanwhile', 'slow', 'after slow']);
});

test('one that throws is tried three times, told, and then the next one has its turn', async () => {
  let tries = 0;
  const givenUp: string[] = [];
  await using rig = open({
    onUpdate: async (update) => {
      if (textOf(update) !== 'bad') return;
      tries += 1;
      throw new Error('it cannot be handled');
    },
    onGivenUp: async (update) => void givenUp.push(textOf(update)),
  });
  rig.person.says('bad');
  rig.person.says('good');
  await rig.until(() => rig.handled.length === 1);
  expect([tries, givenUp, rig.handled]).toEqual([3, ['bad'], ['good']]);
});

test('what was kept and not handled is handled by the next process, and what was handled is not', async () => {
  const bot = api.bot();
  const person = bot.person();
  const reached = Promise.withResolvers<void>();
  const onUpdate: PollOptions['onUpdate'] = async (update, signal) => {
    if (textOf(update) !== 'two') return;
    reached.resolve();
    await once(signal, 'abort');
    throw new Error('stopped in its midst');
  };
  const first = open({ bot, person, onUpdate });
  for (const text of ['one', 'two', 'three']) person.says(text);
  await reached.promise;
  await first.stop();
  expect(first.handled).toEqual(['one']);
  await using second = open({ bot, person });
  await second.until(() => second.handled.length === 2);
  expect(second.handled).toEqual(['two', 'three']);
});

test('a second host waits, and takes over when the first one ends without a word', async () => {
  const bot = api.bot();
  const person = bot.person();
  // A host that died: its lease is not given back.
  await redis.set(`omega:lease:poll:${bot.id}`, '1', 'PX', times.leaseMs);
  const begun = performance.now();
  await using second = open({ bot, person });
  expect(second.poll.standing().state).toBe('waiting');
  expect(polls(bot)).toBe(0);
  await second.until(() => second.poll.standing().state === 'polling');
  expect(performance.now() - begun).toBeGreaterThanOrEqual(times.leaseMs / 2);
});

test('a host that lost its lease stops polling and handling', async () => {
  await using rig = open();
  await rig.until(() => rig.poll.standing().state === 'polling');
  await redis.set(`omega:lease:poll:${rig.bot.id}`, '999', 'PX', 60_000);
  await rig.until(() => rig.poll.standing().state === 'waiting');
  const asked = polls(rig.bot);
  rig.person.says('for somebody else');
  expect([polls(rig.bot), rig.handled]).toEqual([asked, []]);
});

test('a poll that is half open is given up, and what came meanwhile is handled', async () => {
  const bot = api.bot();
  api.faults.next('hang', { method: 'getUpdates' });
  await using rig = open({ bot });
  rig.person.says('said to the deaf');
  await rig.until(() => rig.handled.length === 1);
  expect(rig.states).toEqual(['polling', 'unreachable', 'polling']);
});

test('another program that polls the bot is told of, and it goes on', async () => {
  await using rig = open();
  await rig.until(() => rig.poll.standing().state === 'polling');
  const over = new AbortController();
  const rival = pollToo(rig.bot, over.signal);
  await rig.until(() => rig.states.includes('conflict'));
  over.abort();
  await rival;
  rig.person.says('still there?');
  await rig.until(() => rig.handled.length === 1 && rig.poll.standing().state === 'polling');
});

/** As a program does that knows nothing of a lease. */
async function pollToo(bot: FakeBot, signal: AbortSignal): Promise<void> {
  const transport = transportTo(api, bot);
  const poll = (): Promise<unknown> => transport.call('getUpdates', { timeout: 5, offset: 1 }, { signal });
  while (!signal.aborted) await poll().catch(() => null); // It is told of the conflict in its turn.
}

test('a webhook is never taken off: it is told of, looked at again, and polled once it is gone', async () => {
  const bot = api.bot();
  bot.webhook = 'https://hooks.example/secret-path';
  await using rig = open({ bot });
  await rig.until(() => rig.poll.standing().state === 'webhook');
  expect(rig.poll.standing().fault).not.toContain('secret-path');
  expect(polls(bot)).toBe(0);
  bot.webhook = '';
  await rig.until(() => rig.poll.standing().state === 'polling');
  expect(api.asked.map(({ method }) => method)).not.toContain('deleteWebhook');
});

test('a webhook that is set meanwhile is told of as one, and not as another program', async () => {
  await using rig = open();
  await rig.until(() => rig.poll.standing().state === 'polling');
  const signal = new AbortController().signal;
  await transportTo(api, rig.bot).call('setWebhook', { url: 'https://hooks.example/' }, { signal });
  await rig.until(() => rig.poll.standing().state === 'webhook');
});

test('a token that was revoked ends it, with a word', async () => {
  await using rig = open();
  await rig.until(() => rig.poll.standing().state === 'polling');
  rig.bot.revoke();
  rig.person.says('wakes the poll');
  await rig.poll.over;
  expect(rig.poll.standing()).toMatchObject({ state: 'unauthorized', fault: expect.stringContaining('401') });
  expect(await redis.exists(`omega:lease:poll:${rig.bot.id}`)).toBe(0);
});

test.each(['502', '429', 'reset', 'html', 'cut-off', 'endless'] as const)('it goes on after %s', async (fault) => {
  const bot = api.bot();
  api.faults.next(fault, { method: 'getUpdates', times: 2 });
  await using rig = open({ bot });
  rig.person.says('hello');
  await rig.until(() => rig.handled.length === 1);
  expect(rig.poll.standing().state).toBe('polling');
});

test('numbers that begin anew after a quiet week are handled as well', async () => {
  await using rig = open();
  rig.person.says('before');
  await rig.until(() => rig.handled.length === 1);
  rig.bot.renumber(17);
  rig.person.says('after');
  await rig.until(() => rig.handled.length === 2);
  expect(rig.handled).toEqual(['before', 'after']);
});

test('while Redis is away nothing is taken from Telegram, and it is handled when Redis is back', async () => {
  await using own = await startRedis();
  const connection = connect(own.target, { patience: 'prompt', log: silentLog });
  const bot = api.bot();
  await using rig = open({
    bot,
    lease: createLease({ redis: connection }),
    inbox: createInbox({ redis: connection, botId: bot.id }),
  });
  await rig.until(() => rig.poll.standing().state === 'polling');
  await own.kill('SIGKILL');
  rig.person.says('while it is away');
  await rig.until(() => rig.states.includes('unreachable'));
  expect([bot.pending(), rig.handled]).toEqual([1, []]);
  await own.start();
  await rig.until(() => rig.handled.length === 1);
  connection.disconnect();
});
