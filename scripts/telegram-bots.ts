import { z } from 'zod';
import { botNames, type BotName } from '#holding/telegram/chats.ts';
import { createTelegrafTransport } from '#holding/telegram/telegraf-transport.ts';
import type { BotTransport } from '#holding/telegram/transport.ts';
import type { Env, TelegramSettings } from '#lib/env.ts';
import { OmegaError, usageError } from '#lib/errors.ts';
import { createPace } from '#queue/pace.ts';

/** What Telegram tells of a bot. */
const Me = z.object({ username: z.string().max(64) });

export const tokenNames = {
  omega: 'OMEGA_TELEGRAM_BOT_TOKEN',
  zwartehand: 'ZWARTEHAND_TELEGRAM_BOT_TOKEN',
} as const satisfies Record<BotName, string>;

export const chatNames = {
  omega: 'OMEGA_TELEGRAM_CHAT_ID',
  zwartehand: 'ZWARTEHAND_TELEGRAM_CHAT_ID',
} as const satisfies Record<BotName, string>;

/** @throws OmegaError, exit code 2, where there is no such bot. */
export function botNamed([name = 'omega', ...more]: readonly string[]): BotName {
  const known = botNames.find((one) => one === name);
  if (known === undefined || more.length > 0)
    throw usageError(`There is no bot ${[name, ...more].join(' ')}.`, `There are: ${botNames.join(', ')}.`);
  return known;
}

/** @throws OmegaError, exit code 2, where its token is not set. */
export function settingsOf(name: BotName, env: Env): TelegramSettings {
  const settings = name === 'omega' ? env.telegram : env.zwartehand;
  if (settings !== undefined) return settings;
  throw new OmegaError(`${tokenNames[name]} is not set, so there is no bot to speak through.`, {
    code: 'E_NO_BOT',
    hint: `Make one with @BotFather in Telegram, and put its token as ${tokenNames[name]} in .env.`,
    permanent: true,
    exitCode: 2,
  });
}

/** For a command, which says next to nothing: it keeps the pace by itself. */
export function transportFor(settings: TelegramSettings, { network }: Pick<Env, 'network'>): BotTransport {
  return createTelegrafTransport({ ...settings, network, pace: createPace({ redis: null }) });
}

/** The name by which a bot is found. @throws BotFault where Telegram does not tell it. */
export async function usernameOf(transport: BotTransport, signal: AbortSignal): Promise<string> {
  return Me.parse(await transport.call('getMe', {}, { signal })).username;
}
