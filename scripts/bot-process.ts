import { rm } from 'node:fs/promises';
import { createBot, type Bot, type BotTalk } from '#holding/telegram/bot.ts';
import { stateEveryMs, writeBotState, type BotState } from '#holding/telegram/bot-state.ts';
import { botIdOf, chatOfBot, type BotName } from '#holding/telegram/chats.ts';
import { pairingFor } from '#holding/telegram/pairing.ts';
import { pollUpdates, type Poll } from '#holding/telegram/poll.ts';
import { createTelegrafTransport } from '#holding/telegram/telegraf-transport.ts';
import { systemClock } from '#lib/clock.ts';
import type { TelegramSettings } from '#lib/env.ts';
import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { openBotRedis, type BotRedis } from './bot-redis.ts';
import type { Settings } from './settings.ts';

export interface BotProcess {
  readonly name: BotName;
  readonly telegram: TelegramSettings;
  readonly settings: Settings;
  /** Where it says how it goes. */
  readonly statePath: string;
  readonly talk: (redis: BotRedis) => BotTalk;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Answers until it is told to stop. Without Redis it waits and says so; a token that is refused it does not try again,
 * and says that too. Never rejects but for a fault of its own.
 */
export async function serveBot(options: BotProcess): Promise<void> {
  const { name, telegram, settings, log, signal, talk } = options;
  const botId = botIdOf(telegram);
  const state = keepState(options);
  state.begin();
  try {
    await using kept = await openBotRedis(settings, { botId, log, signal });
    const { redis, lease, inbox, pace } = kept;
    const transport = createTelegrafTransport({ ...telegram, network: settings.env.network, pace });
    const { paths, env } = settings;
    const bot = createBot({
      ...talk(kept),
      transport,
      chat: chatOfBot(paths.botChats, name, telegram),
      tryCode: pairingFor(paths, { bot: name, botId }),
      language: env.language,
      clock: systemClock,
      log,
    });
    const handlers = { onUpdate: bot.handle, onGivenUp: bot.giveUp };
    const common = { transport, lease, inbox, clock: systemClock, log, signal };
    const poll = pollUpdates({ ...common, ...handlers, tell: () => state.write() });
    state.watch({ poll, bot, hasRedis: () => redis.status === 'ready' });
    await poll.over;
    await ended(signal); // With a token that is refused it stays, so that the page can say so.
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await state.end();
  }
}

interface Watched {
  readonly poll: Poll;
  readonly bot: Bot;
  readonly hasRedis: () => boolean;
}

interface StateKeeper {
  readonly begin: () => void;
  readonly watch: (watched: Watched) => void;
  readonly write: () => void;
  readonly end: () => Promise<void>;
}

/** Writes every now and then how it goes, and shows the commands in the owner's app once it can. */
function keepState(options: BotProcess): StateKeeper {
  const { statePath, log, signal } = options;
  const startedAt = systemClock.now();
  let watched: Watched | null = null;
  let last: Promise<void> = Promise.resolve();
  let isRegistered = false;
  const write = (): void => {
    last = last
      .then(() => writeBotState(statePath, stateOf(options, watched, startedAt)))
      .catch((error: unknown) => log.warn('How the bot goes could not be written', { error: messageOf(error) }));
  };
  const tick = (): void => {
    write();
    if (isRegistered || watched?.poll.standing().state !== 'polling') return;
    isRegistered = true;
    watched.bot.register(signal).catch((error: unknown) => {
      isRegistered = false;
      if (!signal.aborted) log.warn('The list of commands could not be set', { error: messageOf(error) });
    });
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    begin: () => {
      timer = setInterval(tick, stateEveryMs);
      write();
    },
    watch: (now) => {
      watched = now;
      tick();
    },
    write: tick,
    end: async () => {
      clearInterval(timer);
      await last;
      await rm(statePath, { force: true }); // Whoever is not there says nothing of how it goes.
    },
  };
}

function stateOf({ name, telegram, settings }: BotProcess, watched: Watched | null, startedAt: number): BotState {
  const beside = {
    pid: process.pid,
    at: systemClock.now(),
    botId: botIdOf(telegram),
    paired: chatOfBot(settings.paths.botChats, name, telegram)() !== null,
    strangers: watched?.bot.strangers() ?? 0,
  };
  const standing = watched?.poll.standing();
  if (standing === undefined || watched?.hasRedis() !== true) {
    const { lastUpdateAt = null, lastPollAt = null, since = startedAt } = standing ?? {};
    return { ...beside, state: 'redis', since, lastUpdateAt, lastPollAt, fault: 'Redis does not answer' };
  }
  return { ...beside, ...standing };
}

async function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
