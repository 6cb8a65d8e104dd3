import type { Redis } from 'ioredis';
import { promptly } from './promptly.ts';

/** One holder at a time, wherever it runs. */
export interface Lease {
  /** Resolves to what is held, or to null where somebody else holds it. Rejects where Redis does not answer. */
  readonly take: (name: string, options: { readonly ttlMs: number }) => Promise<Held | null>;
}

/** Renewed by itself while it lasts. */
export interface Held extends AsyncDisposable {
  /** Aborted once it was lost, or could not be renewed in time: whoever goes on then is one too many. */
  readonly lost: AbortSignal;
  /** Grows with each holder. */
  readonly fence: number;
}

/** Who holds it is told by the fence, which never is the same again. `ARGV`: how long, in milliseconds. */
const take = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], fence, 'PX', ARGV[1])
return fence`;

const renew = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;
const release = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Leases in Redis. */
export function createLease({ redis, prefix = 'omega' }: { readonly redis: Redis; readonly prefix?: string }): Lease {
  return {
    async take(name, { ttlMs }) {
      const key = `${prefix}:lease:${name}`;
      // One that waited for a connection would be taken late, for nobody.
      await promptly(redis.ping(), ttlMs);
      const askedAt = performance.now();
      const fence = Number(await promptly(redis.eval(take, 2, key, `${prefix}:fence:${name}`, String(ttlMs)), ttlMs));
      return fence === 0 ? null : hold({ redis, key, fence, ttlMs }, askedAt + ttlMs);
    },
  };
}

interface Holding {
  readonly redis: Redis;
  readonly key: string;
  readonly fence: number;
  readonly ttlMs: number;
}

/**
 * Renews it thrice in its time. It is over at the latest when it would be so in Redis had that carried out each command
 * the moment it was sent, so that no other can hold it before this one knows.
 */
function hold({ redis, key, fence, ttlMs }: Holding, firstEnd: number): Held {
  const lost = new AbortController();
  const lose = (): void => {
    clearInterval(renewal);
    clearTimeout(end);
    lost.abort(new Error('the lease was lost'));
  };
  let end = setTimeout(lose, firstEnd - performance.now());
  const renewal = setInterval(() => void keepOn(), ttlMs / 3);
  const keepOn = async (): Promise<void> => {
    const askedAt = performance.now();
    const answer = await promptly(redis.eval(renew, 1, key, String(fence), String(ttlMs)), ttlMs).catch(() => null);
    if (lost.signal.aborted || answer === null) return; // It is lost once its time is over; until then it is tried again.
    if (answer === 0) return lose();
    clearTimeout(end);
    end = setTimeout(lose, askedAt + ttlMs - performance.now());
  };
  return {
    lost: lost.signal,
    fence,
    [Symbol.asyncDispose]: async () => {
      if (lost.signal.aborted) return;
      lose();
      // One that cannot be given back ends by itself.
      await promptly(redis.eval(release, 1, key, String(fence)), 1000).catch(() => 0);
    },
  };
}
