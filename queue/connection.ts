import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';
import { messageOf, OmegaError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';

/** Where Redis is: the owner's address, or the private one's socket and password. */
export type RedisTarget = { readonly url: string } | { readonly path: string; readonly password: string };

/**
 * The Redis of this installation.
 * @throws OmegaError `E_REDIS_NEVER_STARTED` where the private one has no password file yet.
 */
export function redisTarget(options: {
  readonly redisUrl: string | undefined;
  readonly redisSocket: string;
  readonly redisPassword: string;
}): RedisTarget {
  if (options.redisUrl !== undefined) return { url: options.redisUrl };
  try {
    return { path: options.redisSocket, password: readFileSync(options.redisPassword, 'utf8').trim() };
  } catch (error) {
    throw new OmegaError("Omega's own Redis has never been started here, so there is no queue to speak to.", {
      code: 'E_REDIS_NEVER_STARTED',
      hint: 'Start Omega with npm start, or set REDIS_URL.',
      exitCode: 75,
      cause: error,
    });
  }
}

/**
 * Opens a connection.
 *
 * `patient` waits for Redis however long it is away, as workers must; `prompt` fails a command within five seconds,
 * as schedulers, commands and checks must. Both try again at least every 500 ms, so that they are back within a
 * second of Redis itself.
 */
export function connect(
  target: RedisTarget,
  options: { readonly patience: 'patient' | 'prompt'; readonly log: Log },
): Redis {
  const settings: RedisOptions = {
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 500),
    connectTimeout: 5000,
    lazyConnect: false,
    ...(options.patience === 'patient'
      ? { maxRetriesPerRequest: null }
      : { maxRetriesPerRequest: 1, commandTimeout: 5000 }),
  };
  const redis = 'url' in target ? new Redis(target.url, settings) : new Redis({ ...target, ...settings });
  logChanges(redis, options.log);
  return redis;
}

/** One line when Redis goes and one when it is back, not one a try; without a handler an error would end the process. */
function logChanges(redis: Redis, log: Log): void {
  let isGone = false;
  redis.on('error', (error) => {
    if (!isGone) log.warn('Redis does not answer', { error: messageOf(error) });
    isGone = true;
  });
  redis.on('ready', () => {
    if (isGone) log.info('Redis answers again');
    isGone = false;
  });
}

/**
 * Waits until Redis answers a PING and can be written to.
 * @throws OmegaError that says which of: unreachable, refused, read-only, too old.
 */
export async function requireRedis(redis: Redis): Promise<void> {
  // A command that waited for a connection says only that it gave up; the connection itself says why.
  let why: unknown;
  const onError = (error: Error): void => void (why = error);
  redis.on('error', onError);
  try {
    assertUsable(await redis.info());
  } catch (error) {
    if (error instanceof OmegaError) throw error;
    throw new OmegaError(`Redis cannot be used: ${messageOf(why ?? error)}`, {
      code: 'E_REDIS_UNREACHABLE',
      hint: 'npm run doctor looks at it; REDIS_URL names another one.',
      exitCode: 75,
    });
  } finally {
    redis.off('error', onError);
  }
}

/** BullMQ's scripts need Redis 6.2 or Valkey, and a server that takes writes. */
function assertUsable(info: string): void {
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim();
  const [major = 0, minor = 0] = (field('redis_version') ?? '').split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    throw new OmegaError(`Redis is version ${field('redis_version')}, and the queue needs 6.2 or newer.`, {
      code: 'E_REDIS_TOO_OLD',
      hint: 'Upgrade it, or unset REDIS_URL to use a private one.',
      permanent: true,
      exitCode: 2,
    });
  }
  if (field('role') === 'slave' && field('slave_read_only') === '1') {
    throw new OmegaError('Redis is a read-only replica, so nothing can be queued there.', {
      code: 'E_REDIS_READ_ONLY',
      hint: 'Set REDIS_URL to the primary.',
      permanent: true,
      exitCode: 2,
    });
  }
}

/** Closes a connection politely, and at once where Redis is gone. */
export async function disconnect(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => redis.disconnect());
  else redis.disconnect();
}

/** The time by the clock of Redis; milliseconds since the epoch. */
export async function redisTime(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1000 + Number(micros) / 1000;
}
