import { systemClock } from '#lib/clock.ts';
import { tickId } from '#queue/queues.ts';
import { compileSchedule } from '#queue/schedule.ts';
import { sinceKey } from '#queue/watermark.ts';
import { defineBench, type BenchOptions } from './bench.ts';
import { tick } from './crew.ts';
import { openField, type Field } from './field.ts';
import { doneTwice } from './history.ts';

/** Two schedulers and two workers with a tick a second, killed in turn with Redis itself. */
export default defineBench({
  name: 'ticks',
  summary: 'ticks lost or doubled while schedulers, workers and Redis are killed',
  against: 'the schedule itself: every second from the first watermark to the end',
  seconds: 60,
  run: async ({ seconds, tell, signal }) => {
    await using field = await openField(['scheduler', 'worker', 'scheduler', 'worker']);
    const kills = await killInTurn(field, { seconds, tell, signal });
    const since = Number(await field.redis.get(sinceKey(field.queues.prefix, tick.name)));
    const timetable = compileSchedule(tick.name, tick.schedule ?? { cron: '' }, { localTimezone: 'UTC', now: since });
    const due = timetable.between(since, Date.now()).map((at) => tickId(tick.name, at));
    const lost = await field.settle(due, signal);
    const doubled = doneTwice(field.changes).size;
    return { due: due.length, ran: due.length - lost.length, lost: lost.length, doubled, kills };
  },
});

/** Every half to one and a half seconds somebody dies, and is started again a moment later; every fifth time it is Redis. */
async function killInTurn({ hands, server }: Field, { seconds, tell, signal }: BenchOptions): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let kills = 0;
  while (performance.now() < end) {
    await systemClock.sleep(500 + Math.random() * 1000, signal);
    kills += 1;
    const hand = hands[kills % hands.length];
    if (kills % 5 === 0 || hand === undefined) {
      await server.kill('SIGKILL');
      await systemClock.sleep(Math.random() * 500, signal);
      await server.start();
    } else {
      await hand.kill();
      await systemClock.sleep(Math.random() * 500, signal);
      await hand.hire();
    }
    if (kills % 20 === 0) tell(`${kills} kills, ${Math.max(0, Math.round((end - performance.now()) / 1000))} s to go`);
  }
  return kills;
}
