import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { BotFault, type BotTransport } from '#holding/telegram/transport.ts';
import { botTransportContract, inside } from '../contract/bot-transport.ts';
import { makeAuthority } from '../support/authority.ts';
import { startFakeBotApi } from '../support/fake-bot-api.ts';
import { temporaryFolder } from '../support/health.ts';
import { freePace, transportTo } from '../support/telegram.ts';
import { startUpstreamProxy } from '../support/upstream-proxy.ts';

const api = await startFakeBotApi({ secondMs: 100, mostFileBytes: 1_000_000 });
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => api.faults.none());

const signal = new AbortController().signal;
const stranger = '123456789:AAEstrangerstrangerstrangerstranger';

botTransportContract({
  name: 'telegraf on the fake',
  open: async () => {
    const bot = api.bot();
    const transport = transportTo(api, bot);
    return {
      transport,
      chat: String(bot.person().id),
      token: bot.token,
      stranger: transportTo(api, { token: stranger }),
      [Symbol.asyncDispose]: async () => {},
    };
  },
});

const realToken = process.env['OMEGA_TEST_TELEGRAM_TOKEN'] ?? '';
const realChat = process.env['OMEGA_TEST_TELEGRAM_CHAT'] ?? '';

botTransportContract({
  name: 'telegraf on Telegram itself',
  skipped: realToken === '' || realChat === '' ? 'OMEGA_TEST_TELEGRAM_TOKEN and _CHAT are not set' : undefined,
  open: async () => {
    const telegram = { root: 'https://api.telegram.org' };
    return {
      transport: transportTo(telegram, { token: realToken }),
      chat: realChat,
      token: realToken,
      stranger: transportTo(telegram, { token: stranger }),
      [Symbol.asyncDispose]: async () => {},
    };
  },
});

const canary = 'a plaintext canary';

/** A bot whose owner listens, and what its next message comes to. */
function setUp(options: Parameters<typeof transportTo>[2] = {}) {
  const bot = api.bot();
  const person = bot.person();
  const transport = transportTo(api, bot, { patienceMs: 2000, ...options });
  const say = (text = canary): Promise<unknown> =>
    transport.call('sendMessage', { chat_id: person.id, text }, { signal });
  return { bot, person, transport, say };
}

async function faultOf(call: Promise<unknown>): Promise<BotFault> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BotFault);
  return error as BotFault;
}

describe('what becomes of a call', () => {
  test.each([
    ['502', { kind: 'unreachable', status: 502 }, 0],
    ['reset', { kind: 'unanswered', status: null }, 0],
    ['hang', { kind: 'unanswered', status: null }, 0],
    ['accept-reset', { kind: 'unanswered', status: null }, 1],
    ['html', { kind: 'unanswered', status: 200 }, 1],
    ['cut-off', { kind: 'unanswered', status: 200 }, 1],
    ['endless', { kind: 'unanswered', status: 200 }, 0],
    ['409', { kind: 'conflict', status: 409 }, 0],
    ['429', { kind: 'wait', status: 429 }, 0],
  ] as const)('after %s it is %j', async (fault, outcome, arrived) => {
    const { bot, person, say } = setUp();
    api.faults.next(fault);
    const told = await faultOf(say());
    expect(told).toMatchObject(outcome);
    expect(person.sees()).toHaveLength(arrived);
    expect(inside(told)).not.toContain(bot.token);
    expect(inside(told)).not.toContain('canary');
  });

  test('a redirect is followed to no other address', async () => {
    const { say } = setUp();
    api.faults.next('redirect');
    expect(await faultOf(say())).toMatchObject({ kind: 'unanswered', status: 302 });
  });

  test('an answer that was cut off is known as soon as its connection ends', async () => {
    const { say } = setUp({ patienceMs: 60_000 });
    api.faults.next('cut-off');
    expect((await faultOf(say())).kind).toBe('unanswered');
  });

  test('where nothing listens nothing was sent', async () => {
    const { bot } = setUp();
    const nowhere = transportTo({ root: 'http://127.0.0.1:1' }, bot);
    const told = await faultOf(nowhere.call('getMe', {}, { signal }));
    expect(told).toMatchObject({ kind: 'unreachable', message: 'Telegram cannot be reached for getMe: ECONNREFUSED' });
  });

  test('too many calls hold the whole bot for as long as Telegram says', async () => {
    const pace = freePace();
    const { say } = setUp({ pace });
    api.faults.next('429');
    expect(await faultOf(say())).toMatchObject({ kind: 'wait', retryAfterMs: 1000 });
    expect(pace.holds).toEqual([1000]);
  });

  test('a person who blocked the bot is a refusal, and a group that moved tells where', async () => {
    const { bot, person, transport, say } = setUp();
    person.blocks();
    expect(await faultOf(say())).toMatchObject({ kind: 'refused', status: 403 });
    const group = bot.group();
    const moved = String(group.migrates());
    const told = await faultOf(transport.call('sendMessage', { chat_id: group.id, text: 'hello' }, { signal }));
    expect(told).toMatchObject({ kind: 'refused', status: 400, migratedTo: moved });
  });

  test('a token that was revoked is not authorized', async () => {
    const { bot, say } = setUp();
    bot.revoke();
    expect(await faultOf(say())).toMatchObject({ kind: 'unauthorized', status: 401 });
  });

  test('a file that is too large is refused', async () => {
    const { person, transport } = setUp();
    const document = { source: new Uint8Array(1_200_000), filename: 'large.orp' };
    const call = transport.call('sendDocument', { chat_id: person.id, document }, { signal });
    expect(await faultOf(call)).toMatchObject({ kind: 'refused', status: 413 });
  });
});

test('a file arrives byte by byte, with a caption and under a harmless name', async () => {
  const { person, transport } = setUp();
  const all = new Uint8Array(300_000).map((_, index) => (index * 7) % 253);
  const source = all.subarray(1000, 251_000);
  const document = { source, filename: '../7"\r\nx: y.orp' };
  await transport.call(
    'sendDocument',
    { chat_id: person.id, document, caption: 'All well', disable_notification: true },
    { signal },
  );
  const [seen] = person.sees();
  expect(seen).toMatchObject({ text: 'All well', isSilent: true, isProtected: false });
  expect(seen?.document?.fileName).toBe('.._7___x__y.orp');
  expect(Buffer.from(seen?.document?.bytes ?? []).equals(Buffer.from(source))).toBe(true);
});

test('each call waits for its turn in its chat, and a poll for none', async () => {
  const pace = freePace();
  const { person, transport, say } = setUp({ pace });
  await say();
  await transport.call('getMe', {}, { signal });
  await transport.call('getUpdates', { timeout: 0 }, { signal });
  expect(pace.turns).toEqual([String(person.id), null]);
});

test('whoever gives up while nobody answers hears its own reason', async () => {
  const { transport } = setUp();
  api.faults.next('hang');
  const stop = new AbortController();
  const call = transport.call('getMe', {}, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 100);
  await expect(call).rejects.toThrow('enough');
});

test('behind a proxy, and a certificate of the office, it is reached through them, and by TLS that is verified', async () => {
  using folder = temporaryFolder();
  const bot = api.bot();
  const authority = await makeAuthority(folder.path);
  await using front = await authority.serve(['telegram.example'], passOn);
  await using proxy = await startUpstreamProxy({ 'telegram.example': front.port });
  const transportWith = (extraCaFile: string | undefined): BotTransport =>
    transportTo({ root: 'https://telegram.example' }, bot, { network: { proxy: proxy.url, extraCaFile } });
  expect(await transportWith(authority.caFile).call('getMe', {}, { signal })).toMatchObject({ is_bot: true });
  expect(proxy.asked).toEqual(['telegram.example:443']);
  const told = await faultOf(transportWith(undefined).call('getMe', {}, { signal }));
  expect(told).toMatchObject({ kind: 'unreachable' });
  expect(inside(told)).not.toContain(proxy.password);
});

/** A front with TLS before the fake. */
function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url = '/' } = incoming;
  const onward = request(new URL(url, api.root), { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(onward);
}
