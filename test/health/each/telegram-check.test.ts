import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Told } from '#holding/health/check.ts';
import type { BotState } from '#holding/telegram/bot-state.ts';
import { telegramCheck } from '#holding/health/each/telegram-check.ts';
import { lookAt } from '#holding/health/look.ts';
import { systemClock } from '#lib/clock.ts';
import { botState, probesOf, say } from '../../support/health.ts';
import { startFakeBotApi } from '../../support/fake-bot-api.ts';

const network = { proxy: undefined, extraCaFile: undefined };
const api = await startFakeBotApi();
const telegram = api.bot();
const asked = (): string[] => api.asked.map(({ method }) => method);
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => {
  api.faults.none();
  telegram.webhook = '';
  api.asked.length = 0;
});

/** As the heartbeat looks, but with no secret taken out: none may come so far. */
function look({
  token = telegram.token,
  apiRoot = api.root,
  timeoutMs = 5000,
  bridge = async (): Promise<BotState | null> => botState(),
} = {}): Promise<Told> {
  const check = telegramCheck({ token, chatId: undefined, apiRoot }, network);
  const { signal } = new AbortController();
  const options = { clock: systemClock, probes: probesOf({ bridge }), signal, secrets: [], say };
  return lookAt({ ...check, timeoutMs }, options);
}

test('without a token there is no bot, and nothing is asked', async () => {
  const check = telegramCheck(undefined, network);
  const context = { clock: systemClock, probes: probesOf(), signal: new AbortController().signal };
  expect(await check.run(context)).toMatchObject({ status: 'off' });
  expect([check.dependsOn, asked()]).toEqual([[], []]);
});

test('a bot that answers is well, and is called by its name', async () => {
  expect(await look()).toMatchObject({ status: 'ok', reason: 'The bot @omega_of_mine_bot answers' });
  expect(asked()).toEqual(['getMe', 'getWebhookInfo']);
});

test('a bot whose process says nothing is unknown: that it answers proves nobody listens', async () => {
  expect(await look({ bridge: async () => null })).toMatchObject({ status: 'unknown' });
});

test('a bot that knows no chat yet asks to be paired', async () => {
  const told = await look({ bridge: async () => botState({ paired: false }) });
  expect(told).toMatchObject({ status: 'warn', todo: { command: 'npm run telegram -- link' } });
});

test('a bot that another program asks as well is a warning', async () => {
  const told = await look({ bridge: async () => botState({ state: 'conflict' }) });
  expect(told).toMatchObject({ status: 'warn', todo: { command: 'npm run telegram -- doctor' } });
});

test('a token that is refused is down without doubt, and the token is told nowhere', async () => {
  const token = '987654321:AAEwrongwrongwrongwrongwrong';
  const told = await look({ token });
  expect(told).toMatchObject({ status: 'fail', explicit: true, todo: { command: 'nano .env' } });
  expect(JSON.stringify(told)).not.toContain('wrong');
});

test('a webhook takes every message, which is down without doubt, with the command that takes it off', async () => {
  telegram.webhook = 'https://hooks.example/secret-path';
  const told = await look();
  expect(told).toMatchObject({ status: 'fail', explicit: true, reason: expect.stringContaining('webhook') });
  expect(told.todo?.command).toContain('deleteWebhook');
  expect(JSON.stringify(told)).not.toContain('secret-path');
  expect(JSON.stringify(told)).not.toContain(telegram.token);
});

test.each([
  ['429', 'warn', /patience.*429/],
  ['409', 'fail', /another program.*409/],
  ['502', 'fail', /fault of its own.*502/],
  ['redirect', 'fail', /another address.*302/],
  ['html', 'fail', /not understood/],
  ['reset', 'fail', /broke off/],
  ['cut-off', 'fail', /broke off/],
  ['endless', 'fail', /without end/],
] as const)('an answer that is %s is no well bot', async (answer, status, reason) => {
  api.faults.always(answer);
  const told = await look();
  expect(told).toMatchObject({ status, reason: expect.stringMatching(reason) });
  expect(JSON.stringify(told)).not.toContain(telegram.token);
});

test('one that never answers is a fail in its time', async () => {
  api.faults.always('hang');
  expect(await look({ timeoutMs: 300 })).toMatchObject({ status: 'fail', reason: 'No answer within 0.3 s' });
});

test('one that is not there is a fail, which names the host and nothing of the way there', async () => {
  const told = await look({ apiRoot: 'http://127.0.0.1:1' });
  expect(told).toMatchObject({ status: 'fail', reason: '127.0.0.1:1 refuses the connection' });
});

test('only a bot on the internet waits for the internet', () => {
  const dependsOn = (apiRoot: string, proxy?: string): readonly string[] | undefined =>
    telegramCheck({ token: telegram.token, chatId: undefined, apiRoot }, { ...network, proxy }).dependsOn;
  expect(dependsOn('https://api.telegram.org')).toEqual(['egress']);
  expect(dependsOn('http://127.0.0.1:8081')).toEqual([]);
  expect(dependsOn('https://api.telegram.org', 'http://proxy.lan:3128')).toEqual([]);
});
