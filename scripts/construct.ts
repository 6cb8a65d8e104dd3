import type { Redis } from 'ioredis';
import type { Check, Probes } from '#holding/health/check.ts';
import { openRunHistory, type RunHistory } from '#holding/health/store/run-history.ts';
import type { Runs } from '#holding/health/store/runs.ts';
import { openHealthStore } from '#holding/health/store/store.ts';
import * as jobCatalogue from '#jobs/index.ts';
import type { Omega } from '#jobs/omega.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import { silentLog, type Log } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import { makeFolders } from '#ops/folders.ts';
import { connect, disconnect, redisTarget, requireRedis } from '#queue/connection.ts';
import type { AnyJob } from '#queue/job.ts';
import { createQueueProbe, type QueueProbe } from '#queue/probe.ts';
import { openQueues, type Queues } from '#queue/queues.ts';
import type { LastRun, RunRecorder } from '#queue/run.ts';
import { botDeeds } from './bot-deeds.ts';
import { lazyMemory } from './memory-open.ts';
import { openHealth } from './open-health.ts';
import { openReports, openVoice } from './open-reports.ts';
import { readSettings, type Settings } from './settings.ts';
import { readToolServers, type ToolServers } from './tool-servers.ts';
import { openTools } from './tools.ts';
import { createWorkerSite } from './worker-site.ts';

/** Every job that Omega has. */
export const allJobs: readonly AnyJob<Omega>[] = Object.values(jobCatalogue);

/** The jobs that work for each business unit, by its id. */
const unitJobs: Readonly<Record<string, readonly string[]>> = { marketing: ['trend-report'] };

/** The queues as a command uses them: it looks and asks, and works on nothing. */
export interface QueueClient extends AsyncDisposable {
  readonly redis: Redis;
  readonly queues: Queues<Omega>;
  readonly probe: QueueProbe;
}

/** @throws OmegaError where Redis is not there or cannot be used. */
export async function openQueueClient({ env, paths }: Settings = readSettings()): Promise<QueueClient> {
  const redis = connect(redisTarget({ ...env, ...paths }), { patience: 'prompt', log: silentLog });
  try {
    await requireRedis(redis);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  const queues = openQueues({ jobs: allJobs, redis });
  const lastRuns = (): readonly LastRun[] => lastRunsIn(paths);
  return {
    redis,
    queues,
    probe: createQueueProbe({ queues, localTimezone: env.timezone, clock: systemClock, lastRuns }),
    [Symbol.asyncDispose]: async () => {
      await queues[Symbol.asyncDispose]();
      await disconnect(redis);
    },
  };
}

function lastRunsIn(paths: DataPaths): readonly LastRun[] {
  try {
    using history = openRunHistory(paths.healthDb);
    return history.lastRuns();
  } catch (error) {
    if (error instanceof OmegaError) return []; // Nothing has run here yet.
    throw error;
  }
}

/** The record of runs, for looking at. */
export function openHistory({ paths }: Settings = readSettings()): RunHistory & Disposable {
  return openRunHistory(paths.healthDb);
}

/** What jobs use, and where their runs are written down. */
export interface Parts extends AsyncDisposable {
  readonly omega: Omega;
  readonly recorder: RunRecorder & Pick<Runs, 'closeOrphans'>;
  /** What the heartbeat looks at, and by what: for a look by hand. */
  readonly checks: () => readonly Check[];
  readonly probes: Probes;
}

/** Builds what jobs use; without queues (a job run inline) every question about them is answered with an error. */
export async function buildOmega(options: {
  readonly settings?: Settings;
  readonly queues: Queues<Omega> | null;
  readonly servers?: ToolServers;
  readonly log?: Log;
}): Promise<Parts> {
  const { settings = readSettings(), queues, servers = readToolServers(settings), log = silentLog } = options;
  const { env, paths } = settings;
  await makeFolders(paths);
  await using opening = new AsyncDisposableStack();
  const store = opening.use(openHealthStore(paths.healthDb, { now: systemClock.now(), log }));
  const memory = opening.use(lazyMemory(settings, log));
  const tools = opening.use(await openTools({ settings, servers, memory: memory.open, log }));
  const { timezone } = env;
  const lastRuns = (): readonly LastRun[] => store.runs.lastRuns();
  const queue =
    queues === null ? noQueue : createQueueProbe({ queues, localTimezone: timezone, clock: systemClock, lastRuns });
  const { channels, couriers } = await openVoice(settings, queues?.redis ?? null);
  const outbox = opening.use(openReports({ settings, store, couriers, log }));
  const parts = { settings, servers, store, queue, tools, memory: memory.probe, channels, outbox, log, opening };
  const { health, alerts, outside, checks, probes } = openHealth(parts);
  const opened = opening.move();
  return {
    omega: {
      health,
      alerts,
      outside,
      site: createWorkerSite({ paths, clock: systemClock, log, store, unitJobs, outbox }),
      trends: tools.trends,
      memory: memory.open,
      outbox,
      deeds: botDeeds({ settings, queues, mandates: tools.mandates, log }),
    },
    recorder: store.runs,
    checks,
    probes,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function refuseQueue(): Promise<never> {
  throw new OmegaError('a job that runs inline has no queue to ask', { code: 'E_NO_QUEUE' });
}

const noQueue: QueueProbe = {
  canary: refuseQueue,
  queues: refuseQueue,
  deadlines: refuseQueue,
  clockSkewMs: refuseQueue,
};
