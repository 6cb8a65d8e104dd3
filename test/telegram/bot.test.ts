import { readFileSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Parcel } from '#holding/report/outbox.ts';
import { beginPairing, mostWrong, pairingMs, readPairing } from '#holding/telegram/pairing.ts';
import { zwartehandTalk } from '#holding/telegram/zwartehand.ts';
import { startFakeBotApi } from '../support/fake-bot-api.ts';
import { checkView, snapshotOf } from '../support/snapshots.ts';
import { transportTo } from '../support/telegram.ts';
import { openBotRig, signal, type BotRig } from './bot-rig.ts';

const api = await startFakeBotApi();
afterAll(() => api[Symbol.asyncDispose]());

const minute = 60_000;
const parcel: Parcel = {
  seq: 42,
  epoch: 1,
  id: 'x',
  ref: 'trend/marketing/2026-03-03',
  kind: 'trend',
  createdAt: 1,
  nextBy: 2,
  bytes: 9,
  sha512: '',
  file: '',
  recipients: 1,
  plaintext: false,
  state: 'accepted',
  attempts: 1,
  nextTryAt: null,
  carriedBy: null,
  ackedAt: null,
  fault: null,
};

test('/status tells how it stands, and what is not well', async () => {
  using rig = openBotRig(api);
  expect(await rig.ask('/status')).toMatch(/^✅ All well since .*\n2 of 2 checks up$/);
  const redis = checkView('Redis', { state: 'down', reason: 'no answer from <redis> & co' });
  rig.world.snapshot = snapshotOf([redis], {
    generatedAt: rig.world.now,
    overall: { state: 'down', headline: 'Redis is down', since: rig.world.now },
  });
  expect(await rig.ask('/status')).toContain('• Redis (down): no answer from <redis> & co');
});

test('a snapshot that is too old is said to be so, and never that all is well', async () => {
  using rig = openBotRig(api);
  rig.world.now += 60 * minute;
  for (const question of ['/status', 'alles goed?', '/incidents', '/todo']) {
    const said = await rig.ask(question);
    expect(said).toMatch(/^STALE: the last heartbeat was at \d\d:\d\d, 1 h 0 min ago/);
    expect(said).not.toMatch(/All well|Nothing (is broken|waits)|✅/);
  }
});

test('one of the future tells nothing of now, and without one nothing is known', async () => {
  using rig = openBotRig(api);
  rig.world.now -= 60 * minute;
  expect(await rig.ask('/status')).toMatch(/^UNKNOWN/);
  rig.world.snapshot = null;
  expect(await rig.ask('how are things?')).toContain('nothing is known');
});

test.each([
  ['alles goed?', /All well/],
  ['Is alles in orde', /All well/],
  ['status', /All well/],
  ['how are things', /All well/],
  ['wat is er stuk', /Nothing is broken now/],
  ['what broke?', /Nothing is broken now/],
  ['wat moet ik doen', /Nothing waits for you/],
  ['todo', /Nothing waits for you/],
  ['laatste rapport?', /The last report: .*\d trend/],
  ['quod erat demonstrandum', /^Or just ask/],
])('a plain question is answered by rules: %s', async (question, answer) => {
  using rig = openBotRig(api);
  expect(await rig.ask(question)).toMatch(answer);
});

test('it speaks Dutch where that is the language', async () => {
  using rig = openBotRig(api, { language: 'nl' });
  expect(await rig.ask('/incidents')).toBe('Er is nu niets stuk.');
  expect(await rig.ask('/help')).toContain('/todo: Wat er op jou wacht');
  expect(await rig.ask('/nergens')).toBe('/nergens bestaat niet. /help laat zien wat er is.');
});

test('its commands are shown in each language', async () => {
  using rig = openBotRig(api, { language: 'nl' });
  await rig.bot.register(signal);
  const described = (code: string): string | undefined =>
    rig.fake.commands.get(code)?.find(({ command }) => command === 'todo')?.description;
  expect([described(''), described('en'), described('nl')]).toEqual([
    'Wat er op jou wacht',
    'What waits for you',
    'Wat er op jou wacht',
  ]);
});

test('strangers get silence in any chat, and are counted', async () => {
  using rig = openBotRig(api);
  const stranger = rig.fake.person('Somebody');
  const group = rig.fake.group();
  await rig.ask('/status', { by: stranger });
  group.says('/pause', rig.owner);
  await rig.ask('/run heartbeat');
  const button = rig.owner.sees().at(-1)?.buttons[0]?.data ?? '';
  const pressed = rig.owner.presses(button, { as: stranger.id });
  await rig.handleAll();
  expect(await Promise.race([pressed, Promise.resolve('silence')])).toBe('silence');
  expect([stranger.sees(), group.sees(), rig.asked]).toEqual([[], [], []]);
  expect(rig.bot.strangers()).toBe(3);
});

test('before it is paired everybody is a stranger', async () => {
  using rig = openBotRig(api);
  rig.world.chat = null;
  expect(await rig.ask('/status')).toBe('');
});

test('/run asks to be sure, and then runs what may be run, under the name of the question', async () => {
  using rig = openBotRig(api);
  expect(await rig.ask('/run heartbeat')).toBe('Run heartbeat now?');
  expect(rig.asked).toEqual([]);
  expect(await rig.press('Yes, do it')).toBe('✅ heartbeat is done.');
  expect(rig.asked).toEqual([{ job: 'heartbeat', input: {}, id: expect.stringMatching(/^tg-\d+-\d+$/) }]);
  expect(rig.owner.sees().flatMap(({ buttons }) => buttons)).toEqual([]);
});

test('a button that is pressed twice does it once, and a “no” after that does not deny it', async () => {
  using rig = openBotRig(api);
  await rig.ask('/run heartbeat');
  const question = rig.owner.sees().at(-1)?.id;
  const presses = ['Yes, do it', 'Yes, do it', 'No'].map((button) => rig.owner.presses(button));
  await rig.handleAll();
  await Promise.all(presses);
  expect(new Set(rig.asked.map(({ id }) => id))).toEqual(new Set([`tg-${rig.fake.id}-${question}`]));
  expect(rig.owner.sees().map(({ text }) => text)).not.toContain('Nothing was done.');
});

test('the buttons are gone before it is done', async () => {
  let seen: string[] = [];
  using rig = openBotRig(api, {
    perform: async () => {
      seen = rig.owner.sees().flatMap(({ buttons }) => buttons.map(({ text }) => text));
      return { state: 'open' };
    },
  });
  await rig.ask('/run heartbeat');
  seen = ['not asked'];
  await rig.press('Yes, do it');
  expect(seen).toEqual([]);
});

test('what somebody else wrote is no word of the owner’s, though the owner passed it on', async () => {
  using rig = openBotRig(api);
  const from = { id: rig.owner.id, is_bot: false, first_name: 'Owner' };
  const chat = { id: rig.owner.id, type: 'private' };
  const message = { message_id: 9, from, chat, date: Math.floor(rig.world.now / 1000), text: '/pause' };
  const origin = { type: 'hidden_user', date: 1, sender_user_name: 'Somebody' };
  await rig.bot.handle({ id: 1, update: { update_id: 1, message: { ...message, forward_origin: origin } } }, signal);
  const inline = { id: 8, is_bot: true, first_name: 'Other bot' };
  await rig.bot.handle({ id: 2, update: { update_id: 2, message: { ...message, via_bot: inline } } }, signal);
  expect(rig.asked).toEqual([]);
  await rig.bot.handle({ id: 3, update: { update_id: 3, message } }, signal);
  expect(rig.asked).toHaveLength(1);
});

test('a confirmation counts for a minute', async () => {
  using rig = openBotRig(api);
  await rig.ask('/run heartbeat');
  rig.world.now += minute + 1000;
  expect(await rig.press('Yes, do it')).toContain('does nothing any more. Ask again: /run');
  expect(rig.asked).toEqual([]);
});

test('whoever says no has nothing done', async () => {
  using rig = openBotRig(api);
  await rig.ask('/run heartbeat');
  expect(await rig.press('No')).toBe('Nothing was done.');
  expect(rig.asked).toEqual([]);
});

test.each(['/run', '/run backup', '/run heartbeat; rm', '/run <b>'])(
  '%s runs nothing, and lists what may be run',
  async (text) => {
    using rig = openBotRig(api);
    expect(await rig.ask(text)).toContain('/run trend-report');
    expect(rig.owner.sees().at(-1)?.buttons).toEqual([]);
  },
);

test.each([
  ['failed', '❌ heartbeat failed'],
  ['left', 'runs already'],
  ['open', 'is asked for and goes on'],
] as const)('what became of a job is told as it is: %s', async (state, said) => {
  using rig = openBotRig(api);
  rig.world.end = { state };
  await rig.ask('/run heartbeat');
  expect(await rig.press('Yes, do it')).toContain(said);
});

test('what acts and was written more than ten minutes ago is left alone; what only looks is answered', async () => {
  using rig = openBotRig(api);
  const at = rig.world.now - 11 * minute;
  for (const text of ['/pause', '/run heartbeat', '/ack 1 ABCDEFGH', '/approve', '/report'])
    expect(await rig.ask(text, { at })).toContain('more than ten minutes late, so nothing was done');
  expect(rig.asked).toEqual([]);
  expect(await rig.ask('/status', { at })).toContain('All well');
});

test('/pause and /resume go through a job, and say what goes on', async () => {
  using rig = openBotRig(api);
  expect(await rig.ask('/pause')).toContain('Watching, alerts and sending go on');
  expect(await rig.ask('/resume')).toContain('The agents go on');
  expect(rig.asked.map(({ job, input }) => [job, input])).toEqual([
    ['bot-command', { do: 'pause' }],
    ['bot-command', { do: 'resume' }],
  ]);
  rig.world.end = { state: 'open' };
  expect(await rig.ask('/pause')).toContain('has not done it yet');
});

test.each([
  ['acknowledged', '✅ Report #42 is opened.'],
  ['already', 'was opened before'],
  ['wrong-code', 'not the code of report #42'],
  ['too-many-tries', 'Wrong too often'],
  ['no-report', 'There is no report #42'],
])('/ack tells what came of it: %s', async (ack, said) => {
  using rig = openBotRig(api);
  rig.world.end = { state: 'done', result: { ack } };
  expect(await rig.ask('/ack #42 abcd 2345')).toContain(said);
  expect(rig.asked[0]).toMatchObject({ job: 'report-send', input: { do: 'ack', seq: 42, code: 'abcd2345' } });
});

test.each(['/ack', '/ack 42', '/ack ABCDEFGH 42', '/ack 42 ABCD1890'])('%s is no acknowledgement', async (text) => {
  using rig = openBotRig(api);
  expect(await rig.ask(text)).toContain('/ack 42 ABCD2345');
  expect(rig.asked).toEqual([]);
});

test('/report sends the newest of a unit again, or says that there is none and what to do', async () => {
  using rig = openBotRig(api);
  expect(await rig.ask('/report')).toContain('None was sealed yet');
  rig.world.parcels = [
    parcel,
    { ...parcel, seq: 41, createdAt: 0 },
    { ...parcel, seq: 43, createdAt: 9, ref: 'digest/x' },
  ];
  expect(await rig.ask('/report marketing')).toBe('Report #42 is on its way again.');
  expect(rig.asked).toMatchObject([{ job: 'report-send', input: { do: 'resend', seq: 42 } }]);
  expect(await rig.ask('/report nothing')).toContain('There are: marketing');
});

async function changeMandate({ mandates }: BotRig, from: RegExp, to: string): Promise<void> {
  const { path } = await mandates.standing('marketing');
  const text = await readFile(path, 'utf8');
  expect(text).toMatch(from);
  await writeFile(path, text.replace(from, to));
}

test('/approve shows what changed with its hash, and approves exactly that', async () => {
  using rig = openBotRig(api);
  expect(await rig.ask('/approve')).toBe('Nothing waits for your approval.');
  await changeMandate(rig, /toolCalls: \d+/, 'toolCalls: 77');
  expect(await rig.ask('/approve')).toContain('/approve marketing');
  const shown = await rig.ask('/approve marketing');
  expect(shown).toContain('+ at most 77 tool calls a run');
  const hash = /[0-9a-f]{64}/.exec(shown)?.[0] ?? 'none';
  rig.world.end = { state: 'done', result: 'approved' };
  expect(await rig.press('Yes, do it')).toContain('is approved');
  expect(rig.asked).toMatchObject([{ input: { do: 'approve', unit: 'marketing', hash: hash.slice(0, 32) } }]);
  rig.world.end = { state: 'done', result: 'changed' };
  await rig.ask('/approve marketing');
  expect(await rig.press('Yes, do it')).toContain('so nothing was approved');
});

test('the buttons of an alert go through a job', async () => {
  using rig = openBotRig(api);
  const row = [
    { text: 'Seen', callback_data: 'a:seen:17' },
    { text: 'Hour', callback_data: 'a:1h:redis' },
    { text: 'Morning', callback_data: 'a:morning:unit.marketing' },
  ];
  for (const button of row) {
    const message = { chat_id: rig.owner.id, text: 'Redis is down', reply_markup: { inline_keyboard: [[button]] } };
    await transportTo(api, rig.fake).call('sendMessage', message, { signal });
    rig.world.end = { state: 'done', result: { until: rig.world.now } };
    expect(await rig.press(button.text)).toMatch(/Seen at|is quiet until/);
  }
  expect(rig.asked.map(({ input }) => input)).toEqual([
    { do: 'seen', alert: 17 },
    { do: 'quiet', check: 'redis', span: 'hour' },
    { do: 'quiet', check: 'unit.marketing', span: 'morning' },
  ]);
});

test('an answer that is longer than a message comes in several', async () => {
  using rig = openBotRig(api);
  const attention = Array.from({ length: 60 }, (_, index) => ({
    what: `Thing ${index} <&>`,
    why: 'because '.repeat(12),
    command: 'npm run doctor',
    minutes: 2,
  }));
  rig.world.snapshot = snapshotOf([checkView('Redis')], { generatedAt: rig.world.now, attention });
  await rig.ask('/todo');
  const seen = rig.owner.sees();
  expect(seen.length).toBeGreaterThan(1);
  expect(seen.map(({ text }) => text).join('\n')).toContain('Thing 59 <&>');
});

test('Zwartehand looks, and does nothing', async () => {
  using rig = openBotRig(api, { talk: zwartehandTalk });
  expect(await rig.ask('/status')).toContain('All well');
  expect(await rig.ask('/help')).not.toMatch(/\/(run|pause|approve|ack)/);
  for (const text of ['/run heartbeat', '/pause', '/approve', '/ack 1 ABCDEFGH', '/report'])
    expect(await rig.ask(text)).toMatch(/^There is no \//);
  expect(rig.asked).toEqual([]);
});

async function begin(rig: BotRig): Promise<string> {
  for (const path of [rig.paths.botPairing, rig.paths.botChats]) await mkdir(dirname(path), { recursive: true });
  return beginPairing(rig.paths, { bot: 'omega', botId: rig.fake.id, now: rig.world.now });
}

test('whoever sends the code is the owner, and the code is in no file', async () => {
  using rig = openBotRig(api);
  rig.world.chat = null;
  const code = await begin(rig);
  expect(readFileSync(rig.paths.botPairing, 'utf8')).not.toContain(code);
  expect(statSync(rig.paths.botPairing).mode & 0o777).toBe(0o600);
  expect(await rig.ask(code)).toContain('Linked');
  const { omega } = JSON.parse(readFileSync(rig.paths.botChats, 'utf8')) as { omega: { chatId: string } };
  expect(omega.chatId).toBe(String(rig.owner.id));
  expect(statSync(rig.paths.botChats).mode & 0o777).toBe(0o600);
});

test('a code that is taken is nobody else’s any more', async () => {
  using rig = openBotRig(api);
  const code = await begin(rig);
  await rig.ask(code);
  const thief = rig.fake.person('Thief');
  await rig.ask(code, { by: thief });
  expect(thief.sees()).toEqual([]);
});

test('wrong codes get silence, and end it', async () => {
  using rig = openBotRig(api);
  rig.world.chat = null;
  const code = await begin(rig);
  const thief = rig.fake.person('Thief');
  const wrong = code === '000000' ? '000001' : '000000';
  for (let count = 0; count < mostWrong; count += 1) thief.says(wrong);
  await rig.handleAll();
  expect((await readPairing(rig.paths))?.wrong).toBe(mostWrong);
  expect(await rig.ask(code)).toBe('');
  expect(thief.sees()).toEqual([]);
});

test.each([
  ['too late', (rig: BotRig): void => void (rig.world.now += pairingMs + 1)],
  ['in a group', (): void => {}],
])('a code comes to nothing %s', async (where, change) => {
  using rig = openBotRig(api);
  rig.world.chat = null;
  const code = await begin(rig);
  change(rig);
  if (where === 'in a group') rig.fake.group().says(code, rig.owner);
  else rig.owner.says(code);
  await rig.handleAll();
  expect((await readPairing(rig.paths))?.taken).toBeNull();
  expect(rig.owner.sees()).toEqual([]);
});

test('states are told in the owner’s language, and what nobody watches is not counted', async () => {
  using rig = openBotRig(api, { language: 'nl' });
  const checks = [checkView('Redis', { state: 'down' }), checkView('Worker'), checkView('Brave', { state: 'off' })];
  rig.world.snapshot = snapshotOf(checks, { generatedAt: rig.world.now });
  const said = await rig.ask('/status');
  expect(said).toContain('• Redis (storing)');
  expect(said).toContain('1 van 2 controles goed');
});
