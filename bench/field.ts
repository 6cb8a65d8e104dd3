import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { connect } from '#queue/connection.ts';
import { openQueues, type Queues } from '#queue/queues.ts';
import { startRedis, type TestRedis } from '../test/support/redis.ts';
import { crewJobs, newHand, type CrewOmega, type Hand } from './crew.ts';
import { followHistory, type Change } from './history.ts';

/** What the last jobs may take once the killing is over. */
const settleMs = 60_000;

/** A place to kill in: a durable Redis, a crew at work, and a record of all that happens to their jobs. */
export interface Field extends AsyncDisposable {
  readonly server: TestRedis;
  readonly redis: Redis;
  readonly queues: Queues<CrewOmega>;
  readonly hands: readonly Hand[];
  /** Where effects are written. */
  readonly effects: string;
  readonly changes: readonly Change[];
  /** Waits for the last of these jobs, and stops the record; resolves to those that were never completed. */
  readonly settle: (ids: readonly string[], signal: AbortSignal) => Promise<readonly string[]>;
}

/** Opens a field with a hand for each role, hired and at work. */
export async function openField(roles: readonly ('scheduler' | 'worker')[]): Promise<Field> {
  const server = await startRedis({ durable: true });
  const folder = await mkdtemp(join(tmpdir(), 'omega-bench-'));
  const effects = join(folder, 'effects.sqlite');
  const redis = connect(server.target, { patience: 'prompt', log: silentLog });
  const queues = openQueues<CrewOmega>({ jobs: crewJobs, redis });
  const history = followHistory(redis, queues.get('system').toKey('events'));
  const hands = roles.map((role) => newHand({ target: server.target, effects, roles: [role] }));
  await Promise.all(hands.map((hand) => hand.hire()));
  const missing = (ids: readonly string[]): string[] => {
    const completed = new Set(history.changes.filter(({ event }) => event === 'completed').map(({ jobId }) => jobId));
    return ids.filter((id) => !completed.has(id));
  };
  return {
    server,
    redis,
    queues,
    hands,
    effects,
    changes: history.changes,
    settle: async (ids, signal) => {
      const deadline = performance.now() + settleMs;
      while (missing(ids).length > 0 && performance.now() < deadline) await systemClock.sleep(300, signal);
      await history.stop();
      return missing(ids);
    },
    [Symbol.asyncDispose]: async () => {
      await history.stop();
      await Promise.all(hands.map((hand) => hand.kill()));
      await queues[Symbol.asyncDispose]();
      redis.disconnect();
      await rm(folder, { recursive: true, force: true });
      await server[Symbol.asyncDispose]();
    },
  };
}
