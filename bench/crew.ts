import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { systemClock } from '#lib/clock.ts';
import { createLog, silentLog } from '#lib/log.ts';
import { connect } from '#queue/connection.ts';
import { defineJobFor } from '#queue/job.ts';
import { openQueues } from '#queue/queues.ts';
import type { RunRecorder } from '#queue/run.ts';
import { createScheduler } from '#queue/scheduler.ts';
import { startWorkers } from '#queue/worker.ts';

/** What a process that may be killed is told: where Redis is, what it does, and where effects are written. */
const Orders = z.object({
  target: z.object({ path: z.string(), password: z.string() }),
  roles: z.array(z.enum(['scheduler', 'worker'])),
  effects: z.string(),
});
type Orders = z.infer<typeof Orders>;

/** What the crew's jobs may use. */
export interface CrewOmega {
  readonly effect: (id: string) => void;
}

const defineJob = defineJobFor<CrewOmega>();

/** Due each second; every missed tick is caught up. */
export const tick = defineJob({
  name: 'tick',
  summary: 'a tick a second, none to be lost or doubled',
  schedule: { cron: '* * * * * *', catchUp: 'all', maxCatchUp: 10_000 },
  input: z.object({}),
  policy: { queue: 'system', timeoutMs: 10_000, overlap: 'allow', attempts: 5, maxStarts: 1_000_000 },
  run: async (_input, { clock, signal }) => clock.sleep(30, signal),
});

/** Works a while and then takes an effect that must happen once. */
export const effect = defineJob({
  name: 'effect',
  summary: 'an effect that must happen once, however often the job is run',
  schedule: null,
  input: z.object({ id: z.string(), workMs: z.number() }),
  policy: { queue: 'system', timeoutMs: 30_000, overlap: 'allow', attempts: 5, maxStarts: 1_000_000 },
  run: async ({ id, workMs }, { clock, signal, omega }) => {
    await clock.sleep(workMs, signal);
    omega.effect(id);
  },
});

export const crewJobs = [tick, effect];

const silentRecorder: RunRecorder = {
  started: () => {},
  ended: () => {},
  record: () => {},
  lastRuns: () => [],
  history: () => [],
};

/** One killable process of a crew, which is hired again as often as it is killed. */
export interface Hand {
  /** Kills it at once; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it (again); resolves when it works. */
  readonly hire: () => Promise<void>;
}

/** A scheduler, a worker, or both, in a process of its own. */
export function newHand(orders: Orders): Hand {
  let child: ChildProcess | undefined;
  return {
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    hire: async () => {
      child = spawn(process.execPath, [import.meta.filename, JSON.stringify(orders)], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      await Promise.race([once(child, 'message'), once(child, 'exit')]);
    },
  };
}

/** How often each effect was taken, and how many runs asked for one. */
export function openEffects(path: string): {
  readonly take: (id: string) => void;
  readonly count: () => { runs: number; taken: number; distinct: number };
} & Disposable {
  const db = new DatabaseSync(path, { timeout: 10_000 });
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS ask (id TEXT); CREATE TABLE IF NOT EXISTS once (id TEXT PRIMARY KEY); CREATE TABLE IF NOT EXISTS taken (id TEXT)`);
  const ask = db.prepare('INSERT INTO ask VALUES (?)');
  const first = db.prepare('INSERT OR IGNORE INTO once VALUES (?)');
  const taken = db.prepare('INSERT INTO taken VALUES (?)');
  const numbers = db.prepare(
    'SELECT (SELECT count(*) FROM ask) AS runs, (SELECT count(*) FROM taken) AS taken, (SELECT count(DISTINCT id) FROM taken) AS "distinct"',
  );
  return {
    take: (id) => {
      ask.run(id);
      db.exec('BEGIN IMMEDIATE');
      if (first.run(id).changes === 1) taken.run(id);
      db.exec('COMMIT');
    },
    count: () => z.object({ runs: z.number(), taken: z.number(), distinct: z.number() }).parse(numbers.get()),
    [Symbol.dispose]: () => db.close(),
  };
}

/** The process itself. */
async function serve({ target, roles, effects }: Orders): Promise<void> {
  const log = createLog({ name: 'crew', write: () => {} });
  const redis = connect(target, { patience: 'prompt', log: silentLog });
  const queues = openQueues<CrewOmega>({ jobs: crewJobs, redis });
  const { take } = openEffects(effects);
  const shared = { queues, clock: systemClock, log, recorder: silentRecorder };
  if (roles.includes('scheduler')) await createScheduler({ ...shared, localTimezone: 'UTC' }).start();
  if (roles.includes('worker')) {
    const patient = connect(target, { patience: 'patient', log: silentLog });
    await startWorkers({ ...shared, redis: patient, only: ['system'], omega: { effect: take } });
  }
  process.send?.('working');
  process.once('disconnect', () => process.exit(0));
}

if (import.meta.main) await serve(Orders.parse(JSON.parse(process.argv[2] ?? '{}')));
