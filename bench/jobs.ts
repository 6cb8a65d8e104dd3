import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { connect } from '#queue/connection.ts';
import { openQueues, type Queues } from '#queue/queues.ts';
import { startRedis } from '../test/support/redis.ts';
import { defineBench, quantile, round } from './bench.ts';
import { crewJobs, newHand, openEffects, type CrewOmega, type Hand } from './crew.ts';
import { followHistory, type Change } from './history.ts';

/** So many jobs are kept waiting for the two workers. */
const backlog = 12;
/** What the last jobs may take once the killing is over. */
const settleMs = 60_000;

/** Workers with jobs in their hands, killed again and again. */
export default defineBench({
  name: 'jobs',
  summary: 'jobs lost, and effects doubled, while workers with jobs in their hands are killed',
  against: 'the jobs that were queued, and a count of effects kept beside them',
  seconds: 60,
  run: async ({ seconds, tell, signal }) => {
    await using server = await startRedis({ durable: true });
    const folder = await mkdtemp(join(tmpdir(), 'omega-jobs-'));
    const redis = connect(server.target, { patience: 'prompt', log: silentLog });
    const queues = openQueues<CrewOmega>({ jobs: crewJobs, redis });
    const history = followHistory(redis, queues.get('system').toKey('events'));
    const path = join(folder, 'effects.sqlite');
    using effects = openEffects(path);
    const hands = [0, 1].map(() => newHand({ target: server.target, effects: path, roles: ['worker'] }));
    try {
      await Promise.all(hands.map((hand) => hand.hire()));
      const { killedAt, ids } = await killWorkers({ seconds, queues, hands, tell, signal });
      const completed = (): Set<string> =>
        new Set(history.changes.filter(({ event }) => event === 'completed').map(({ jobId }) => jobId));
      const deadline = performance.now() + settleMs;
      while (ids.some((id) => !completed().has(id)) && performance.now() < deadline)
        await systemClock.sleep(300, signal);
      await history.stop();
      const { runs, taken, distinct } = effects.count();
      return {
        jobs: ids.length,
        kills: killedAt.length,
        lost: ids.filter((id) => !completed().has(id)).length,
        doubledEffects: taken - distinct,
        runs,
        interrupted: resumes(killedAt, history.changes).length,
        resumeP95Ms: round(quantile(resumes(killedAt, history.changes), 0.95), 0),
      };
    } finally {
      await history.stop();
      await Promise.all(hands.map((hand) => hand.kill()));
      await queues[Symbol.asyncDispose]();
      redis.disconnect();
      await rm(folder, { recursive: true, force: true });
    }
  },
});

/** A kill and the jobs that the killed worker had in its hands. */
interface Kill {
  readonly at: number;
  readonly jobIds: readonly string[];
}

async function killWorkers(options: {
  seconds: number;
  queues: Queues<CrewOmega>;
  hands: readonly Hand[];
  tell: (line: string) => void;
  signal: AbortSignal;
}): Promise<{ killedAt: Kill[]; ids: string[] }> {
  const { seconds, queues, hands, tell, signal } = options;
  const queue = queues.get('system');
  const end = performance.now() + seconds * 1000;
  const killedAt: Kill[] = [];
  const ids: string[] = [];
  while (performance.now() < end) {
    while ((await queue.getWaitingCount()) < backlog) {
      const id = `effect-${ids.length}`;
      ids.push(await queues.enqueue('effect', { id, workMs: 20 + Math.random() * 300 }, { id }));
    }
    await systemClock.sleep(Math.random() * 150, signal);
    const hand = hands[killedAt.length % hands.length];
    const before = await queue.getActive();
    await hand?.kill();
    const at = Date.now();
    const after = await queue.getActive();
    const orphans = after.filter((job) =>
      before.some(({ id, processedBy }) => id === job.id && processedBy === job.processedBy),
    );
    killedAt.push({ at, jobIds: orphans.map((job) => String(job.id)) });
    await hand?.hire();
    if (killedAt.length % 50 === 0)
      tell(
        `${killedAt.length} kills, ${ids.length} jobs, ${Math.max(0, Math.round((end - performance.now()) / 1000))} s to go`,
      );
  }
  return { killedAt, ids };
}

/** From each kill to the next time that one of its jobs was taken up: those that stayed with the other worker are not counted. */
function resumes(kills: readonly Kill[], changes: readonly Change[]): number[] {
  return kills.flatMap(({ at, jobIds }) =>
    jobIds.flatMap((id) => {
      const next = changes.find(
        (change) =>
          change.jobId === id && change.at >= at && (change.event === 'active' || change.event === 'completed'),
      );
      return next?.event === 'active' ? [next.at - at] : [];
    }),
  );
}
