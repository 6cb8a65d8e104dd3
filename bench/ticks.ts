import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { connect } from '#queue/connection.ts';
import { openQueues, tickId } from '#queue/queues.ts';
import { compileSchedule } from '#queue/schedule.ts';
import { sinceKey } from '#queue/watermark.ts';
import { startRedis } from '../test/support/redis.ts';
import { defineBench } from './bench.ts';
import { crewJobs, newHand, tick, type CrewOmega } from './crew.ts';
import { doneTwice, followHistory } from './history.ts';

/** What the last ticks may take to be run once the killing is over. */
const settleMs = 60_000;

/** Two schedulers and two workers with a tick a second, killed in turn with Redis itself. */
export default defineBench({
  name: 'ticks',
  summary: 'ticks lost or doubled while schedulers, workers and Redis are killed',
  against: 'the schedule itself: every second from the first watermark to the end',
  seconds: 60,
  run: async ({ seconds, tell, signal }) => {
    await using server = await startRedis({ durable: true });
    const folder = await mkdtemp(join(tmpdir(), 'omega-ticks-'));
    const redis = connect(server.target, { patience: 'prompt', log: silentLog });
    const queues = openQueues<CrewOmega>({ jobs: crewJobs, redis });
    const history = followHistory(redis, queues.get('system').toKey('events'));
    const orders = { target: server.target, effects: join(folder, 'effects.sqlite') };
    const hands = (['scheduler', 'worker', 'scheduler', 'worker'] as const).map((role) =>
      newHand({ ...orders, roles: [role] }),
    );
    try {
      await Promise.all(hands.map((hand) => hand.hire()));
      const kills = await killInTurn({ seconds, hands, server, tell, signal });
      const since = Number(await redis.get(sinceKey(queues.prefix, tick.name)));
      const due = compileSchedule(tick.name, tick.schedule ?? { cron: '' }, {
        localTimezone: 'UTC',
        now: since,
      }).between(since, Date.now());
      const completed = (): Set<string> =>
        new Set(history.changes.filter(({ event }) => event === 'completed').map(({ jobId }) => jobId));
      const isLost = (at: number): boolean => !completed().has(tickId(tick.name, at));
      const deadline = performance.now() + settleMs;
      while (due.some(isLost) && performance.now() < deadline) await systemClock.sleep(500, signal);
      await history.stop();
      const lost = due.filter(isLost);
      return {
        due: due.length,
        ran: due.length - lost.length,
        lost: lost.length,
        doubled: doneTwice(history.changes).size,
        kills,
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

/** Every half to one and a half seconds somebody dies, and is started again a moment later; every fifth time it is Redis. */
async function killInTurn(options: {
  seconds: number;
  hands: readonly ReturnType<typeof newHand>[];
  server: Awaited<ReturnType<typeof startRedis>>;
  tell: (line: string) => void;
  signal: AbortSignal;
}): Promise<number> {
  const { seconds, hands, server, tell, signal } = options;
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
