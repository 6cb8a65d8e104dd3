import type { Redis } from 'ioredis';
import manifest from '../package.json' with { type: 'json' };
import type { Probes } from '#holding/health/check.ts';
import * as checkCatalogue from '#holding/health/checks/index.ts';
import { createHealth } from '#holding/health/heartbeat.ts';
import { openRunHistory, type RunHistory, type Runs } from '#holding/health/store/runs.ts';
import { openHealthStore } from '#holding/health/store/store.ts';
import { toolChecks } from '#holding/health/each/tool-check.ts';
import { unitChecks } from '#holding/health/each/unit-check.ts';
import { listReports } from '#holding/report/store.ts';
import { createUnitProbe } from '#holding/report/unit-standings.ts';
import * as jobCatalogue from '#jobs/index.ts';
import type { Omega } from '#jobs/omega.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import { silentLog, type Log } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import { createControlClient } from '#ops/control-client.ts';
import { makeFolders } from '#ops/folders.ts';
import { connect, disconnect, redisTarget, requireRedis } from '#queue/connection.ts';
import type { AnyJob } from '#queue/job.ts';
import { createQueueProbe, type QueueProbe } from '#queue/probe.ts';
import { openQueues, type Queues } from '#queue/queues.ts';
import type { LastRun, RunRecorder } from '#queue/run.ts';
import { lazyMemory } from './memory-open.ts';
import { readSettings, type Settings } from './settings.ts';
import { readToolServers, type ToolServers } from './tool-servers.ts';
import { allUnits, openTools } from './tools.ts';
import { createWorkerSite } from './worker-site.ts';

/** So many of the newest reports stand in the snapshot. */
const shownReports = 5;
const dayMs = 86_400_000;

/** Every job that Omega has. */
export const allJobs: readonly AnyJob<Omega>[] = Object.values(jobCatalogue);

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
  const probes: Probes = {
    queue:
      queues === null ? noQueue : createQueueProbe({ queues, localTimezone: timezone, clock: systemClock, lastRuns }),
    supervisor: createControlClient(paths.controlSocket),
    tools: tools.probe,
    units: createUnitProbe(tools.mandates, paths.units),
    memory: memory.probe,
    dataDir: paths.data,
    page: `${paths.site}/index.html`,
  };
  const health = createHealth({
    store,
    checks: [
      ...Object.values(checkCatalogue),
      ...toolChecks(servers.config.servers),
      ...unitChecks(allUnits.map(({ id, name }) => ({ id, name, reportEveryMs: dayMs }))),
    ],
    probes,
    clock: systemClock,
    log,
    paths,
    timezone,
    version: manifest.version,
    reports: () => listReports(paths.units, { limit: shownReports }),
    secrets: [...env.secrets, ...servers.config.secrets],
  });
  const opened = opening.move();
  return {
    omega: { health, site: createWorkerSite({ paths, clock: systemClock }), trends: tools.trends, memory: memory.open },
    recorder: store.runs,
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
