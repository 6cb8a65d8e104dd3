import { z } from 'zod';
import { freshBotState, type BotState } from '#holding/telegram/bot-state.ts';
import { botNames, chatOfBot, type BotName } from '#holding/telegram/chats.ts';
import { BotFault, type BotTransport } from '#holding/telegram/transport.ts';
import { systemClock } from '#lib/clock.ts';
import type { TelegramSettings } from '#lib/env.ts';
import { messageOf } from '#lib/errors.ts';
import { redact } from '#lib/log.ts';
import { paint, plain, printJson } from './command.ts';
import { readSettings, type Settings } from './settings.ts';
import { tokenNames, transportFor, usernameOf } from './telegram-bots.ts';

/** What was found; `off`: not set up, `warn`: it works, and deserves a word. */
interface Line {
  readonly bot: BotName;
  readonly what: 'token' | 'webhook' | 'chat' | 'process' | 'poller';
  readonly status: 'ok' | 'warn' | 'fail' | 'off';
  readonly said: string;
  /** What to do; null: nothing. */
  readonly todo: string | null;
}

/** Looks at both bots, and says a line a thing. Resolves to the exit code. */
export async function examine({ json, signal }: { json: boolean; signal: AbortSignal }): Promise<number> {
  const settings = readSettings();
  const { proxy } = settings.env.network;
  const lines = (await Promise.all(botNames.map((name) => linesFor(name, settings, signal)))).flat();
  if (json) printJson({ proxy: proxy !== undefined, lines });
  else {
    process.stdout.write(`Way to Telegram: ${proxy === undefined ? 'direct' : 'through the proxy of HTTPS_PROXY'}\n`);
    for (const line of lines) print(line, settings);
  }
  return lines.some(({ status }) => status === 'fail') ? 1 : 0;
}

const marks = { ok: ['green', '✓'], warn: ['yellow', '!'], fail: ['red', '✗'], off: ['dim', '–'] } as const;

function print({ bot, what, status, said, todo }: Line, { env }: Settings): void {
  const [colour, mark] = marks[status];
  const text = redact(plain(said), env.secrets);
  process.stdout.write(`${paint(colour, mark)} ${bot} ${what}: ${text}\n${todo === null ? '' : `  → ${todo}\n`}`);
}

async function linesFor(bot: BotName, settings: Settings, signal: AbortSignal): Promise<readonly Line[]> {
  const telegram = bot === 'omega' ? settings.env.telegram : settings.env.zwartehand;
  const tokenName = tokenNames[bot];
  if (telegram === undefined) {
    const todo = bot === 'omega' ? `Make a bot with @BotFather, and put its token as ${tokenName} in .env.` : null;
    return [{ bot, what: 'token', status: 'off', said: `${tokenName} is not set`, todo }];
  }
  const transport = transportFor(telegram, settings.env);
  const token = await tokenLine(bot, transport, signal);
  if (token.status === 'fail') return [token];
  const look: Look = { bot, telegram, transport, settings, signal };
  const webhook = await webhookLine(look);
  const { process: running, poller } = await processLines(look, webhook.status === 'ok');
  return [token, webhook, await chatLine(look), running, ...poller];
}

interface Look {
  readonly bot: BotName;
  readonly telegram: TelegramSettings;
  readonly transport: BotTransport;
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

async function tokenLine(bot: BotName, transport: BotTransport, signal: AbortSignal): Promise<Line> {
  const line = { bot, what: 'token' } as const;
  try {
    return { ...line, status: 'ok', said: `the bot is @${await usernameOf(transport, signal)}`, todo: null };
  } catch (error) {
    signal.throwIfAborted();
    const isRefused = error instanceof BotFault && error.kind === 'unauthorized';
    const todo = isRefused
      ? `Get the token from @BotFather (/mybots, API Token), and put it as ${tokenNames[bot]} in .env.`
      : 'See whether this machine reaches the internet; behind a proxy set HTTPS_PROXY.';
    return { ...line, status: 'fail', said: messageOf(error), todo };
  }
}

const Webhook = z.object({ url: z.string() });

async function webhookLine({ bot, transport, telegram, signal }: Look): Promise<Line> {
  const line = { bot, what: 'webhook' } as const;
  try {
    const { url } = Webhook.parse(await transport.call('getWebhookInfo', {}, { signal }));
    if (url === '') return { ...line, status: 'ok', said: 'none is set', todo: null };
    const token = `$(sed -n 's/^${tokenNames[bot]}=//p' .env)`;
    const todo = `If no other program of yours needs it: curl -s "${telegram.apiRoot}/bot${token}/deleteWebhook"`;
    return {
      ...line,
      status: 'fail',
      said: 'one takes the messages of the bot, so that nobody can ask for them',
      todo,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { ...line, status: 'fail', said: messageOf(error), todo: 'Try again in a minute.' };
  }
}

const Chat = z.object({ type: z.string() });

async function chatLine({ bot, transport, telegram, settings, signal }: Look): Promise<Line> {
  const line = { bot, what: 'chat' } as const;
  const chat = chatOfBot(settings.paths.botChats, bot, telegram)();
  const linkIt = `npm run telegram -- link ${bot}`;
  if (chat === null) return { ...line, status: 'fail', said: 'none is linked yet', todo: linkIt };
  try {
    const { type } = Chat.parse(await transport.call('getChat', { chat_id: chat }, { signal }));
    if (type === 'private') return { ...line, status: 'ok', said: `it speaks in chat ${chat}`, todo: null };
    const said = `chat ${chat} is a ${type}: it tells there, but takes no commands from anyone`;
    return { ...line, status: 'warn', said, todo: `To speak with it, take the chat out of .env: ${linkIt}` };
  } catch (error) {
    signal.throwIfAborted();
    return {
      ...line,
      status: 'fail',
      said: messageOf(error),
      todo: `Press Start in the chat with the bot, or: ${linkIt}`,
    };
  }
}

/** Whether our own process answers; only where none does, a short poll finds out whether another one polls. */
async function processLines(
  look: Look,
  mayPoll: boolean,
): Promise<{ readonly process: Line; readonly poller: readonly Line[] }> {
  const { bot, settings } = look;
  const { paths } = settings;
  const line = { bot, what: 'process' } as const;
  const path = bot === 'omega' ? paths.bridgeState : paths.zwartehandState;
  const state = await freshBotState(path, systemClock.now());
  if (state !== null) return { process: { ...line, ...saidOf(state) }, poller: [] };
  const start = bot === 'omega' ? 'npm start' : './launch_zwartehand.sh';
  const none: Line = { ...line, status: 'warn', said: 'it does not run here, so nobody answers', todo: start };
  return { process: none, poller: mayPoll ? [await pollerLine(look)] : [] };
}

function saidOf({ state, fault, pid }: BotState): Pick<Line, 'status' | 'said' | 'todo'> {
  switch (state) {
    case 'polling':
      return { status: 'ok', said: `it answers, as process ${pid}`, todo: null };
    case 'waiting':
      return { status: 'warn', said: 'it waits: another host of yours polls, or it has only begun', todo: null };
    case 'conflict':
      return { status: 'fail', said: 'another program polls the same bot', todo: conflictTodo };
    case 'redis':
      return { status: 'fail', said: 'it waits for Redis', todo: 'npm run doctor' };
    case 'webhook':
    case 'unauthorized':
    case 'unreachable':
      return { status: 'fail', said: fault ?? state, todo: 'npm run logs' };
    default:
      return state satisfies never;
  }
}

const conflictTodo = 'End the other program, or make a bot of its own for each with @BotFather.';

/**
 * Polls for as long as it takes another program to come back: Telegram ends the older of two polls, and then ours is
 * that. It confirms nothing, so nothing is lost; where messages wait, nobody else has been asking for them.
 */
async function pollerLine({ bot, transport, signal }: Look): Promise<Line> {
  const line = { bot, what: 'poller' } as const;
  try {
    await transport.call('getUpdates', { timeout: 8, limit: 1 }, { signal, timeoutMs: 20_000 });
    return { ...line, status: 'ok', said: 'no other program was met', todo: null };
  } catch (error) {
    signal.throwIfAborted();
    const isConflict = error instanceof BotFault && error.kind === 'conflict';
    const said = isConflict ? 'another program polls the same bot' : messageOf(error);
    return { ...line, status: 'fail', said, todo: isConflict ? conflictTodo : 'Try again in a minute.' };
  }
}
