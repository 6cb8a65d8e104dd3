import type { Worker } from 'bullmq';
import type { Queues } from './queues.ts';
import { isDeadHere } from './owner.ts';

/**
 * Gives back the jobs of workers that died on this host, at once instead of after BullMQ's 30 s lock.
 *
 * These are BullMQ 6.7's own keys, pinned with its version and guarded by a contract test: without its lock, and in
 * the set `stalled`, a job counts as stalled; `stalled-check` would only hold the script back.
 * @returns the ids given back.
 */
export async function reclaim<Omega>(queues: Queues<Omega>, workers: readonly Worker[]): Promise<readonly string[]> {
  const reclaimed = await Promise.all(workers.map((worker) => reclaimQueue(queues, worker)));
  return reclaimed.flat();
}

/** Atomic, so that a job which another worker has taken up meanwhile keeps its new lock. */
const declareStalled = `
if redis.call('HGET', KEYS[1], 'pb') ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[2], KEYS[4])
return redis.call('SADD', KEYS[3], ARGV[1])`;

async function reclaimQueue<Omega>(queues: Queues<Omega>, worker: Worker): Promise<string[]> {
  const queue = queues.all().find((candidate) => candidate.name === worker.name);
  if (queue === undefined) return [];
  const active = await queue.getActive(0, -1);
  const orphans = active.filter((job) => job?.processedBy !== undefined && isDeadHere(job.processedBy));
  if (orphans.length === 0) return [];
  for (const { id = '', processedBy = '' } of orphans) {
    const keys = [id, `${id}:lock`, 'stalled', 'stalled-check'].map((type) => queue.toKey(type));
    await queues.redis.eval(declareStalled, keys.length, ...keys, id, processedBy);
  }
  return worker.getBackend().moveStalledJobsToWait();
}
