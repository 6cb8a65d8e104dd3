import type { Redis } from 'ioredis';
import type { Inbox, Lease, Pace } from '#holding/telegram/needs.ts';
import { systemClock } from '#lib/clock.ts';
import { codeOf, messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { connect, disconnect, redisTarget, type RedisTarget } from '#queue/connection.ts';
import { createInbox } from '#queue/inbox.ts';
import { createLease } from '#queue/lease.ts';
import { createPace } from '#queue/pace.ts';
import type { Settings } from './settings.ts';

/** What a bot keeps in Redis. */
export interface BotRedis extends AsyncDisposable {
  readonly redis: Redis;
  readonly lease: Lease;
  readonly inbox: Inbox;
  readonly pace: Pace;
}

const lookEveryMs = 2000;

/** Resolves once there is a Redis to speak to, which may be away again later. Rejects with the signal's reason. */
export async function openBotRedis(
  settings: Settings,
  { botId, log, signal }: { readonly botId: string; readonly log: Log; readonly signal: AbortSignal },
): Promise<BotRedis> {
  const redis = connect(await targetOnceThere(settings, { log, signal }), { patience: 'prompt', log });
  return {
    redis,
    lease: createLease({ redis }),
    inbox: createInbox({ redis, botId }),
    pace: createPace({ redis }),
    [Symbol.asyncDispose]: () => disconnect(redis),
  };
}

/** Omega's own one has a password only once it was started. */
async function targetOnceThere(
  { env, paths }: Settings,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<RedisTarget> {
  for (let isTold = false; ; isTold = true) {
    try {
      return redisTarget({ ...env, ...paths });
    } catch (error) {
      if (codeOf(error) !== 'E_REDIS_NEVER_STARTED') throw error;
      if (!isTold) log.warn('The bot waits for Redis', { error: messageOf(error) });
      await systemClock.sleep(lookEveryMs, signal);
    }
  }
}
