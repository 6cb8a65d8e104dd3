import { systemClock } from '#lib/clock.ts';
import { defineBench, quantile, round, type BenchOptions } from './bench.ts';
import { openEffects } from './crew.ts';
import { openField, type Field } from './field.ts';
import type { Change } from './history.ts';

/** So many jobs are kept waiting for the two workers. */
const backlog = 12;
/** Workers with jobs in their hands, killed again and again. */
export default defineBench({
  name: 'jobs',
  summary: 'jobs lost, and effects doubled, while workers with jobs in their hands are killed',
  against: 'the jobs that were queued, and a count of effects kept beside them',
  seconds: 60,
  run: async ({ seconds, tell, signal }) => {
    await using field = await openField(['worker', 'worker']);
    using effects = openEffects(field.effects);
    const { killedAt, ids } = await killWorkers(field, { seconds, tell, signal });
    const lost = await field.settle(ids, signal);
    const { runs, taken, distinct } = effects.count();
    const resumedMs = resumes(killedAt, field.changes);
    return {
      jobs: ids.length,
      kills: killedAt.length,
      lost: lost.length,
      doubledEffects: taken - distinct,
      runs,
      interrupted: resumedMs.length,
      resumeP95Ms: round(quantile(resumedMs, 0.95), 0),
    };
  },
});

/** A kill and the jobs that the killed worker had in its hands. */
interface Kill {
  readonly at: number;
  readonly jobIds: readonly string[];
}

async function killWorkers(
  { queues, hands }: Field,
  { seconds, tell, signal }: BenchOptions,
): Promise<{ killedAt: Kill[]; ids: string[] }> {
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
