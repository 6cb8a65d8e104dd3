import type { Redis } from 'ioredis';

/** What came in and is not handled yet, so that a kill loses none and handles none twice. */
export interface Inbox {
  /** What to ask for next: one more than the last update that was kept; 0: none was. */
  readonly offset: () => Promise<number>;
  /** Keeps those that are new and moves the offset, in one step; an older fence than the last is refused (false). */
  readonly keep: (updates: readonly KeptUpdate[], fence: number) => Promise<boolean>;
  /** The oldest that waits and is not in hand already; null: none is. */
  readonly next: (inHand: ReadonlySet<number>) => Promise<KeptUpdate | null>;
  /** It was handled. */
  readonly done: (id: number) => Promise<void>;
}

export interface KeptUpdate {
  readonly id: number;
  /** As it came, JSON. */
  readonly update: unknown;
}

export interface InboxOptions {
  readonly redis: Redis;
  readonly prefix?: string;
  /** Each has its own: another bot's numbers mean nothing. */
  readonly botId: string;
}

/** Telegram forgets what was not asked for within a day, so an older number cannot come again. */
const rememberMs = 3 * 24 * 60 * 60_000;
const mostRemembered = 20_000;

/**
 * A number counts as seen by itself and not because it is below the offset: after a quiet week Telegram begins anew
 * with any number. `KEYS`: fence, seen, waiting, updates, offset; `ARGV`: fence, since when numbers are remembered, how
 * many, now, then number and text in turn.
 */
const keepNew = `
if tonumber(ARGV[1]) < tonumber(redis.call('GET', KEYS[1]) or '0') then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
for index = 5, #ARGV, 2 do
  if redis.call('ZADD', KEYS[2], 'NX', ARGV[4], ARGV[index]) == 1 then
    redis.call('RPUSH', KEYS[3], ARGV[index])
    redis.call('HSET', KEYS[4], ARGV[index], ARGV[index + 1])
  end
  redis.call('SET', KEYS[5], string.format('%.0f', tonumber(ARGV[index]) + 1))
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[2])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -tonumber(ARGV[3]) - 1)
return 1`;

/** A bot's inbox in Redis. */
export function createInbox({ redis, prefix = 'omega', botId }: InboxOptions): Inbox {
  const key = (name: string): string => `${prefix}:inbox:${botId}:${name}`;
  const keys = ['fence', 'seen', 'waiting', 'updates', 'offset'].map(key);
  return {
    offset: async () => Number((await redis.get(key('offset'))) ?? 0),
    async keep(updates, fence) {
      const now = Date.now();
      const head = [fence, now - rememberMs, mostRemembered, now];
      const rest = updates.flatMap(({ id, update }) => [id, JSON.stringify(update)]);
      return (await redis.eval(keepNew, keys.length, ...keys, ...head, ...rest)) === 1;
    },
    async next(inHand) {
      const oldest = await redis.lrange(key('waiting'), 0, inHand.size);
      const id = oldest.find((one) => !inHand.has(Number(one)));
      if (id === undefined) return null;
      const text = await redis.hget(key('updates'), id);
      return text === null ? null : { id: Number(id), update: JSON.parse(text) };
    },
    async done(id) {
      await redis.multi().lrem(key('waiting'), 1, String(id)).hdel(key('updates'), String(id)).exec();
    },
  };
}
