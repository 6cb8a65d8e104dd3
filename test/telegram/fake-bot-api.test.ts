import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startFakeBotApi, type FakeBot, type FakeBotApi } from '../support/fake-bot-api.ts';

const secondMs = 50;
const api = await startFakeBotApi({ secondMs });
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => api.faults.none());

/** Of bots that are not of the shared one. */
const roots = new Map<FakeBot, string>();

function botOf(own: FakeBotApi): FakeBot {
  const bot = own.bot();
  roots.set(bot, own.root);
  return bot;
}

interface Answer {
  readonly ok: boolean;
  readonly result?: never;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: object;
}

/** As any program would ask, without a transport of Omega's. */
async function ask(bot: FakeBot, method: string, params: object = {}): Promise<Answer> {
  const response = await fetch(`${roots.get(bot) ?? api.root}/bot${bot.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  const answer = (await response.json()) as Answer;
  expect(response.status).toBe(answer.error_code ?? 200);
  return answer;
}

async function updates(
  bot: FakeBot,
  params: object = {},
): Promise<{ update_id: number; message?: { text: string } }[]> {
  return (await ask(bot, 'getUpdates', params)).result ?? [];
}

const textsOf = (some: { message?: { text: string } }[]): unknown[] => some.map(({ message }) => message?.text);

describe('polls', () => {
  test('an update comes again until the next one is asked for', async () => {
    const bot = api.bot();
    const person = bot.person();
    for (const text of ['one', 'two', 'three']) person.says(text);
    const [first] = await updates(bot, { limit: 1 });
    expect(textsOf(await updates(bot))).toEqual(['one', 'two', 'three']);
    expect(textsOf(await updates(bot, { offset: Number(first?.update_id) + 1 }))).toEqual(['two', 'three']);
    expect(bot.pending()).toBe(2);
    expect(textsOf(await updates(bot, { offset: -1 }))).toEqual(['three']);
  });

  test('at most a hundred are handed out at once', async () => {
    const bot = api.bot();
    const person = bot.person();
    for (let count = 0; count < 120; count += 1) person.says(`${count}`);
    expect(await updates(bot, { limit: 500 })).toHaveLength(100);
  });

  test('a long poll is answered as soon as there is something', async () => {
    const bot = api.bot();
    const polling = updates(bot, { timeout: 50 });
    const person = bot.person();
    setTimeout(() => person.says('hello'), 20);
    expect(textsOf(await polling)).toEqual(['hello']);
  });

  test('a long poll ends with nothing when its time is over', async () => {
    expect(await updates(api.bot(), { timeout: 2 })).toEqual([]);
  });

  test('the older of two polls is told of the conflict, the newer one is answered', async () => {
    const bot = api.bot();
    const older = ask(bot, 'getUpdates', { timeout: 50 });
    setTimeout(() => newer.resolve(updates(bot, { timeout: 50 })), 20);
    const newer = Promise.withResolvers<Awaited<ReturnType<typeof updates>>>();
    expect(await older).toMatchObject({
      ok: false,
      error_code: 409,
      description: expect.stringContaining('other getUpdates'),
    });
    bot.person().says('for the newer one');
    expect(textsOf(await newer.promise)).toEqual(['for the newer one']);
  });

  test('a second conflict within three seconds is told only after three', async () => {
    const bot = api.bot();
    const begun = performance.now();
    const polls = [1, 2, 3].map(async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 10));
      return [(await ask(bot, 'getUpdates', { timeout: 10 })).ok, performance.now() - begun] as const;
    });
    const [first, second, third] = await Promise.all(polls);
    expect([first?.[0], second?.[0], third?.[0]]).toEqual([false, false, true]);
    expect(Number(second?.[1]) - Number(first?.[1])).toBeGreaterThan(2 * secondMs);
  });

  test('whoever asks the same again at once waits for three seconds', async () => {
    const bot = api.bot();
    await updates(bot);
    const begun = performance.now();
    await updates(bot);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(2.9 * secondMs);
  });

  test('what a bot did not ask for is never told, and only until it asks for more', async () => {
    const bot = api.bot();
    const person = bot.person();
    await updates(bot, { allowed_updates: ['callback_query'] });
    expect(person.says('unheard')).toBeNull();
    await updates(bot, { allowed_updates: [] });
    expect(person.says('heard')).toEqual(expect.any(Number));
  });

  test('with a webhook nobody can poll, and a poll that waits ends', async () => {
    const bot = api.bot();
    const waiting = ask(bot, 'getUpdates', { timeout: 50 });
    setTimeout(() => void ask(bot, 'setWebhook', { url: 'https://hooks.example/' }), 20);
    expect(await waiting).toMatchObject({ error_code: 409, description: expect.stringContaining('setWebhook') });
    expect(await ask(bot, 'getUpdates')).toMatchObject({
      error_code: 409,
      description: expect.stringContaining('webhook is active'),
    });
    expect(await ask(bot, 'getWebhookInfo')).toMatchObject({ result: { url: 'https://hooks.example/' } });
    await ask(bot, 'deleteWebhook');
    expect(await ask(bot, 'getUpdates')).toMatchObject({ ok: true });
  });
});

describe('messages', () => {
  test.each([
    ['<b>bold', `Can't find end tag corresponding to start tag "b"`],
    ['<b>bold</i>', 'Unmatched end tag at byte offset 7, expected "</b>", found "</i>"'],
    ['a</b>', 'Unexpected end tag at byte offset 1'],
    ['é <script>', 'Unsupported start tag "script" at byte offset 3'],
    ['1 < 2', 'Unsupported start tag "" at byte offset 2'],
  ])('%s cannot be parsed', async (text, why) => {
    const bot = api.bot();
    const answer = await ask(bot, 'sendMessage', { chat_id: bot.person().id, text, parse_mode: 'HTML' });
    expect(answer).toMatchObject({ error_code: 400 });
    expect(answer.description).toMatch(/^Bad Request: can't parse entities: /);
    if (text !== '1 < 2') expect(answer.description).toContain(why);
  });

  test('a text is told without its tags, and 4,096 characters of it fit', async () => {
    const bot = api.bot();
    const person = bot.person();
    const send = (text: string): Promise<Answer> =>
      ask(bot, 'sendMessage', { chat_id: person.id, text, parse_mode: 'HTML' });
    await send('<b>a</b> &lt;b&gt; &amp;amp;');
    expect(person.sees()[0]?.text).toBe('a <b> &amp;');
    expect(await send(`<b>${'x'.repeat(4096)}</b>`)).toMatchObject({ ok: true });
    expect(await send('x'.repeat(4097))).toMatchObject({ description: 'Bad Request: message is too long' });
    expect(await send(' ')).toMatchObject({ description: 'Bad Request: message text is empty' });
  });

  test('a button that is pressed is told, and answered once', async () => {
    const bot = api.bot();
    const person = bot.person();
    const markup = { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes:1' }]] };
    await ask(bot, 'sendMessage', { chat_id: person.id, text: 'Sure?', reply_markup: markup });
    const answered = person.presses('Yes');
    const [update] = (await updates(bot)) as unknown as {
      callback_query: { id: string; data: string; from: { id: number } };
    }[];
    expect(update?.callback_query).toMatchObject({ data: 'yes:1', from: { id: person.id } });
    const answer = { callback_query_id: update?.callback_query.id, text: 'Done' };
    await ask(bot, 'answerCallbackQuery', answer);
    expect(await answered).toEqual({ text: 'Done', isAlert: false });
    expect(await ask(bot, 'answerCallbackQuery', answer)).toMatchObject({ error_code: 400 });
    const long = { inline_keyboard: [[{ text: 'No', callback_data: 'x'.repeat(65) }]] };
    const refused = await ask(bot, 'sendMessage', { chat_id: person.id, text: 'Sure?', reply_markup: long });
    expect(refused.description).toBe('Bad Request: BUTTON_DATA_INVALID');
  });

  test('a message is edited where there is something to change, and loses its buttons', async () => {
    const bot = api.bot();
    const person = bot.person();
    const markup = { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] };
    await ask(bot, 'sendMessage', { chat_id: person.id, text: 'Sure?', reply_markup: markup });
    const which = { chat_id: person.id, message_id: person.sees()[0]?.id };
    await ask(bot, 'editMessageText', { ...which, text: 'It is done' });
    expect(person.sees()).toMatchObject([{ text: 'It is done', buttons: [], isEdited: true }]);
    const again = await ask(bot, 'editMessageText', { ...which, text: 'It is done' });
    expect(again.description).toContain('message is not modified');
    await ask(bot, 'editMessageReplyMarkup', { ...which, reply_markup: markup });
    expect(person.sees()[0]?.buttons).toHaveLength(1);
    expect(await ask(bot, 'editMessageText', { ...which, message_id: 99, text: 'x' })).toMatchObject({
      error_code: 400,
    });
  });

  test('a file that a person sends can be downloaded, and one of more than 20 MB cannot', async () => {
    const bot = api.bot();
    const person = bot.person();
    person.sends(new Uint8Array([1, 2, 3]), 'three.bin');
    person.sends(new Uint8Array(20 * 1024 * 1024 + 1), 'large.bin');
    const [small, large] = (await updates(bot)) as unknown as { message: { document: { file_id: string } } }[];
    const { result } = await ask(bot, 'getFile', { file_id: small?.message.document.file_id });
    const { file_path: path } = result as unknown as { file_path: string };
    const file = await fetch(`${api.root}/file/bot${bot.token}/${path}`);
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
    const refused = await ask(bot, 'getFile', { file_id: large?.message.document.file_id });
    expect(refused.description).toBe('Bad Request: file is too big');
  });

  test('commands are kept by language, and a wrong one is refused', async () => {
    const bot = api.bot();
    const commands = [{ command: 'status', description: 'Hoe het gaat' }];
    await ask(bot, 'setMyCommands', { commands, language_code: 'nl' });
    expect(bot.commands.get('nl')).toEqual(commands);
    const wrong = await ask(bot, 'setMyCommands', { commands: [{ command: 'Status!', description: 'x' }] });
    expect(wrong.description).toBe('Bad Request: BOT_COMMAND_INVALID');
  });
});

test('whoever speaks too fast is turned away: one a second in a chat, thirty in all', async () => {
  await using limited = await startFakeBotApi({ secondMs: 2000, isLimited: true });
  const bot = botOf(limited);
  const people = Array.from({ length: 32 }, () => bot.person());
  const say = (id?: number): Promise<Answer> => ask(bot, 'sendMessage', { chat_id: id, text: 'x' });
  expect(await say(people[0]?.id)).toMatchObject({ ok: true });
  expect(await say(people[0]?.id)).toMatchObject({ error_code: 429, parameters: { retry_after: 1 } });
  const rest = await Promise.all(people.slice(1).map(({ id }) => say(id)));
  expect(rest.filter(({ ok }) => ok)).toHaveLength(29);
  expect(limited.counts.tooFast()).toBe(3);
});

test('it counts what took effect, what is there twice, and whose answer was lost', async () => {
  await using own = await startFakeBotApi();
  const bot = botOf(own);
  const { id } = bot.person();
  const say = (text: string): Promise<Answer | null> =>
    ask(bot, 'sendMessage', { chat_id: id, text }).catch(() => null);
  await say('one');
  own.faults.next('accept-reset');
  await say('two');
  await say('two');
  own.faults.next('reset');
  await say('three');
  const { accepted, answersLost, doubles, faulty } = own.counts;
  expect([accepted('sendMessage'), answersLost(), doubles(), faulty()]).toEqual([3, 1, 1, 2]);
});

test('faults by chance are the same ones with the same seed', async () => {
  const course = async (): Promise<boolean[]> => {
    await using own = await startFakeBotApi();
    const bot = botOf(own);
    own.faults.byChance({ seed: 3, chance: 0.5, kinds: ['502', 'reset'] });
    const oks: boolean[] = [];
    for (let call = 0; call < 20; call += 1)
      oks.push(
        await ask(bot, 'getMe').then(
          ({ ok }) => ok,
          () => false,
        ),
      );
    return oks;
  };
  const first = await course();
  expect(await course()).toEqual(first);
  expect(new Set(first).size).toBe(2);
});
