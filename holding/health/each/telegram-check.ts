import { z } from 'zod';
import type { Env } from '#lib/env.ts';
import { defineCheck, type Check, type CheckContext, type Finding } from '../check.ts';
import type { BotState } from '../../telegram/bot-state.ts';
import { askJson, type Answer } from './ask-json.ts';
import { judgeBot } from './bot-standing.ts';
import { waysOut } from './ways-out.ts';
import { refusal, unreachable } from './refusal.ts';

type Telegram = NonNullable<Env['telegram']>;

const Me = z.object({ ok: z.literal(true), result: z.object({ username: z.string().max(64) }) });
const Webhook = z.object({ ok: z.literal(true), result: z.object({ url: z.string() }) });

/** Far below what Telegram allows a bot. */
const everyMs = 5 * 60_000;

/**
 * Whether Omega's bot can be spoken through and listens: its token holds, no webhook takes its messages, and its process
 * says that it polls and knows the owner's chat. It asks and sends nothing; undefined: there is no bot.
 */
export function telegramCheck(telegram: Env['telegram'], network: Env['network']): Check {
  return defineCheck({
    id: 'telegram',
    name: 'Telegram',
    group: 'reports',
    everyMs,
    timeoutMs: 12_000,
    dependsOn: waysOut(telegram?.apiRoot, network),
    worstOverall: 'degraded',
    headline: { down: { en: 'Telegram cannot be used', nl: 'Telegram is niet te gebruiken' } },
    run: async (context) =>
      telegram === undefined ? { status: 'off', reason: noBot } : lookAtBot(telegram, network, context),
  });
}

async function lookAtBot(telegram: Telegram, network: Env['network'], context: CheckContext): Promise<Finding> {
  const { clock, probes, signal } = context;
  const ask = (method: string): Promise<Answer> =>
    askJson(new URL(`${telegram.apiRoot}/bot${telegram.token}/${method}`), { network, signal });
  const began = clock.monotonic();
  try {
    const me = await ask('getMe');
    const latencyMs = clock.monotonic() - began;
    const bot = Me.safeParse(me.body);
    if (!bot.success) return { ...judgeRefusal(me.status), latencyMs };
    const webhook = await ask('getWebhookInfo');
    const { username } = bot.data.result;
    const refused = judgeWebhook(webhook, telegram);
    return { ...(refused ?? judgeBridge(await probes.bridge(), username)), latencyMs };
  } catch (error) {
    signal.throwIfAborted();
    return unreachable(error, new URL(telegram.apiRoot).host);
  }
}

/** A token that was never one is `not found`. */
function judgeRefusal(status: number): Finding {
  if (status !== 401 && status !== 404) return refusal(status, 'Telegram');
  return { status: 'fail', explicit: true, reason: badToken, todo: newToken };
}

/** With a webhook set, Telegram brings every message there, and refuses whoever asks for them. Null: there is none. */
function judgeWebhook({ status, body }: Answer, { apiRoot }: Telegram): Finding | null {
  const info = Webhook.safeParse(body);
  if (!info.success) return judgeRefusal(status);
  if (info.data.result.url === '') return null;
  const token = "$(sed -n 's/^OMEGA_TELEGRAM_BOT_TOKEN=//p' .env)";
  const command = `curl -s "${apiRoot}/bot${token}/deleteWebhook"`;
  return { status: 'fail', explicit: true, reason: taken, todo: { what: freeIt, command, minutes: 2 } };
}

/** Null: its process says nothing, or nothing of now. A bot that speaks may still hear nobody. */
function judgeBridge(state: BotState | null, username: string): Finding {
  const well = { en: `The bot @${username} answers`, nl: `De bot @${username} antwoordt` };
  if (state !== null) return judgeBot({ name: 'omega', state, well });
  const reason = {
    en: `The bot @${username} answers; whether it listens is not known: its process says nothing`,
    nl: `De bot @${username} antwoordt; of hij luistert is niet bekend: zijn proces zegt niets`,
  };
  return { status: 'unknown', reason };
}

const noBot = { en: 'OMEGA_TELEGRAM_BOT_TOKEN is not set', nl: 'OMEGA_TELEGRAM_BOT_TOKEN is niet ingesteld' };
const badToken = { en: 'Telegram refuses the token of the bot', nl: 'Telegram weigert het token van de bot' };
const newToken = {
  what: {
    en: 'Get the token from BotFather and put it as OMEGA_TELEGRAM_BOT_TOKEN in .env, then start anew',
    nl: 'Haal het token bij BotFather, zet het als OMEGA_TELEGRAM_BOT_TOKEN in .env en start opnieuw',
  },
  command: 'nano .env',
  minutes: 5,
};
const taken = {
  en: 'A webhook takes the messages of the bot, so that nobody can ask for them',
  nl: 'Een webhook neemt de berichten van de bot, zodat niemand ze kan ophalen',
};
const freeIt = { en: 'Take the webhook off the bot', nl: 'Haal de webhook van de bot af' };
