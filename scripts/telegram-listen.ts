import { createBot } from '#holding/telegram/bot.ts';
import { chatOfBot, type BotName } from '#holding/telegram/chats.ts';
import type { Inbox, KeptUpdate, Lease } from '#holding/telegram/needs.ts';
import { pairingFor } from '#holding/telegram/pairing.ts';
import { pollUpdates } from '#holding/telegram/poll.ts';
import type { PollStanding } from '#holding/telegram/standing.ts';
import type { BotTransport } from '#holding/telegram/transport.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import { connect, redisTarget, requireRedis } from '#queue/connection.ts';
import { createInbox } from '#queue/inbox.ts';
import { createLease } from '#queue/lease.ts';
import { paint } from './command.ts';
import type { Settings } from './settings.ts';
import { settingsOf } from './telegram-bots.ts';

interface Listening {
  readonly name: BotName;
  readonly settings: Settings;
  readonly transport: BotTransport;
  readonly signal: AbortSignal;
}

/**
 * Polls where nobody else of Omega's does: the lease says so. Without Redis nobody of them can. What is not the code
 * it leaves unanswered.
 */
export async function listenForCode({ name, settings, transport, signal }: Listening): Promise<void> {
  const { env, paths } = settings;
  const telegram = settingsOf(name, env);
  await using shared = await sharedOrAlone(settings, transport.botId);
  const common = { transport, clock: systemClock, log: silentLog };
  const bot = createBot({
    ...common,
    commands: [],
    lastReport: async () => ({ html: '' }),
    alertPress: async () => null,
    chat: chatOfBot(paths.botChats, name, telegram),
    tryCode: pairingFor(paths, { bot: name, botId: transport.botId }),
    language: env.language,
  });
  const onlyCodes = async (update: KeptUpdate, within: AbortSignal): Promise<void> => bot.pair(update, within);
  await pollUpdates({ ...common, ...shared, onUpdate: onlyCodes, signal, tell }).over;
}

function tell({ state, fault }: PollStanding): void {
  if (state === 'webhook' || state === 'conflict' || state === 'unauthorized')
    process.stderr.write(`${paint('yellow', '!', process.stderr)} ${fault} → npm run telegram -- doctor\n`);
}

interface Shared extends AsyncDisposable {
  readonly lease: Lease;
  readonly inbox: Inbox;
}

async function sharedOrAlone({ env, paths }: Settings, botId: string): Promise<Shared> {
  try {
    const redis = connect(redisTarget({ ...env, ...paths }), { patience: 'prompt', log: silentLog });
    const close = async (): Promise<void> => redis.disconnect();
    try {
      await requireRedis(redis);
    } catch (error) {
      await close();
      throw error;
    }
    return { lease: createLease({ redis }), inbox: createInbox({ redis, botId }), [Symbol.asyncDispose]: close };
  } catch (error) {
    if (!(error instanceof OmegaError)) throw error;
    return { ...alone(), [Symbol.asyncDispose]: async () => {} };
  }
}

function alone(): Pick<Shared, 'lease' | 'inbox'> {
  const waiting: KeptUpdate[] = [];
  let offset = 0;
  const held = { lost: new AbortController().signal, fence: 1, [Symbol.asyncDispose]: async () => {} };
  return {
    lease: { take: async () => held },
    inbox: {
      offset: async () => offset,
      keep: async (updates) => {
        waiting.push(...updates);
        offset = Math.max(offset, ...updates.map(({ id }) => id + 1));
        return true;
      },
      next: async (inHand) => waiting.find(({ id }) => !inHand.has(id)) ?? null,
      done: async (id) => {
        waiting.splice(
          waiting.findIndex((one) => one.id === id),
          1,
        );
      },
    },
  };
}
