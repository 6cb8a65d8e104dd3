import { afterAll, beforeEach, expect, test } from 'vitest';
import { createAlertChannel } from '#holding/telegram/alert-channel.ts';
import { BotFault } from '#holding/telegram/transport.ts';
import { sayIn } from '#lib/language.ts';
import { alertOf, channelContract } from '../contract/channel.ts';
import { startFakeBotApi } from '../support/fake-bot-api.ts';
import { transportTo } from '../support/telegram.ts';

const api = await startFakeBotApi();
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => api.faults.none());

const signal = new AbortController().signal;

function setUp() {
  const bot = api.bot();
  const person = bot.person();
  const channel = createAlertChannel({
    transport: transportTo(api, bot),
    chat: () => String(person.id),
    say: sayIn('nl'),
  });
  return { bot, person, channel };
}

channelContract({
  name: 'telegram',
  once: false,
  async open() {
    const { person, channel } = setUp();
    return {
      channel,
      arrived: async () => person.sees().map(({ text }) => text),
      breakIt: async () => person.blocks(),
      mend: async () => person.unblocks(),
      [Symbol.asyncDispose]: async () => {},
    };
  },
});

test('a single alert has buttons that say of which alert and check they are', async () => {
  const { person, channel } = setUp();
  await channel.deliver([alertOf(17)], signal);
  expect(person.sees()[0]).toMatchObject({
    text: 'Disk 17 is down\n\nSince 13:00: it is full',
    isSilent: false,
    buttons: [
      { text: 'Gezien', data: 'a:seen:17' },
      { text: 'Uur stil', data: 'a:1h:disk' },
      { text: 'Stil tot de ochtend', data: 'a:morning:disk' },
    ],
  });
});

test('what is over, what is about no check, and several together have none to be quiet with', async () => {
  const { person, channel } = setUp();
  await channel.deliver([alertOf(1, { kind: 'ended' })], signal);
  await channel.deliver([alertOf(2, { check: null })], signal);
  await channel.deliver([alertOf(3), alertOf(4)], signal);
  await channel.deliver([alertOf(5, { check: 'c'.repeat(60) })], signal);
  expect(person.sees().map(({ buttons }) => buttons.map(({ data }) => data))).toEqual([
    [],
    ['a:seen:2'],
    [],
    ['a:seen:5'],
  ]);
});

test('what may make no noise makes none, and several messages make one', async () => {
  const { person, channel } = setUp();
  await channel.deliver([alertOf(1, { sound: false })], signal);
  await channel.deliver(
    Array.from({ length: 100 }, (_, index) => alertOf(index, { body: 'word '.repeat(30) })),
    signal,
  );
  const [quiet, first, ...rest] = person.sees();
  expect([quiet?.isSilent, first?.isSilent]).toEqual([true, false]);
  expect(rest.length).toBeGreaterThan(1);
  expect(rest.every(({ isSilent }) => isSilent)).toBe(true);
});

test('the morning’s messages are one message', async () => {
  const { person, channel } = setUp();
  await channel.deliver([alertOf(1), alertOf(2), alertOf(3)], signal);
  expect(person.sees()).toHaveLength(1);
  expect(person.sees()[0]?.text).toMatch(/^3 berichten\n\nDisk 1 is down/);
});

test('without a chat it fails, and says what to do', async () => {
  const channel = createAlertChannel({ transport: transportTo(api, api.bot()), chat: () => null, say: sayIn('en') });
  await expect(channel.deliver([alertOf(1)], signal)).rejects.toThrow('npm run telegram -- link');
});

test('half a character in a name holds up nothing', async () => {
  const { person, channel } = setUp();
  await channel.deliver([alertOf(1, { title: 'Disk \ud83d… is down' })], signal);
  expect(person.sees()[0]?.text).toContain('is down');
});

test('what Telegram cannot read as HTML is told as plain text, rather than tried for ever', async () => {
  const { bot, person } = setUp();
  const strict = transportTo(api, bot);
  const channel = createAlertChannel({
    transport: {
      ...strict,
      call: async (method, payload, options) => {
        if ('parse_mode' in payload) throw new BotFault('400', { kind: 'refused', status: 400 });
        return strict.call(method, payload, options);
      },
    },
    chat: () => String(person.id),
    say: sayIn('en'),
  });
  await channel.deliver([alertOf(1, { body: 'a < b && "c"' })], signal);
  expect(person.sees()[0]?.text).toBe('Disk 1 is down\n\na < b && "c"');
});

test('a hundred long ones are told in a few messages, that say where the rest is', async () => {
  const { person, channel } = setUp();
  const body = Array.from({ length: 5 }, () => 'word '.repeat(60)).join('\n');
  await channel.deliver(
    Array.from({ length: 100 }, (_, index) => alertOf(index, { body })),
    signal,
  );
  expect(person.sees().length).toBeLessThanOrEqual(5);
  expect(person.sees()[0]?.text).toMatch(/^100 berichten/);
  expect(person.sees().at(-1)?.text).toContain('exportmap');
});

test('in a group, where nobody may press them, there are no buttons', async () => {
  const bot = api.bot();
  const group = bot.group();
  const options = { transport: transportTo(api, bot), chat: () => String(group.id), say: sayIn('en') };
  await createAlertChannel(options).deliver([alertOf(1)], signal);
  expect(group.sees()[0]?.buttons).toEqual([]);
});
