import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHealth } from '#holding/health/heartbeat.ts';
import { createOwnChecks } from '#holding/health/own/own-checks.ts';
import { openHealthStore, type HealthStore } from '#holding/health/store/store.ts';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { probesOf } from '../test/support/health.ts';
import { defineBench, quantile, round } from './bench.ts';
import { detectionDelays } from './detection.ts';
import { cpuSeconds, memoryMiB, startStack } from './stack.ts';
import { startTarget } from './target.ts';

const checks = 100;
/** What a start and the first looks take until all runs evenly. */
const restMs = 15_000;
/** Within this the looks of a beat are in the records. */
const writtenMs = 1000;
/** Seconds of looks by which the growth of the store is measured. */
const lookSeconds = 2000;

/** The owner's checks.yaml: so many web pages, each looked at every second. */
function pages(url: string): string {
  const one = (_: unknown, index: number): string => `  - { id: page-${index}, kind: http, url: '${url}', every: 1s }`;
  return ['checks:', ...Array.from({ length: checks }, one), ''].join('\n');
}

/** A hundred web pages each second: with nothing but the heartbeat, and through the whole stack. */
export default defineBench({
  name: 'health',
  summary: 'what a check costs, whether 100 a second are kept up with, and how soon a missed deadline is known',
  against: `nothing: ${checks} HTTP checks each second of a server on this machine, in one process, then in the stack as npm start runs it`,
  seconds: 60,
  run: async ({ seconds, tell, signal }) => {
    await using target = await startTarget();
    const direct = await measureDirect(target.url, { seconds, signal });
    tell(`in one process: ${direct.cpuMsPerCheck} ms of CPU a check, ${direct.bytesPerObservation} bytes`);
    const queued = await measureQueued(target.url, { seconds, signal });
    tell(`in the stack: ${queued.cpuMsPerCheckQueued} ms of CPU a check, ${queued.checksPerSecond} a second`);
    const delays = await detectionDelays({ tell, signal });
    return { ...direct, ...queued, ...delays };
  },
});

interface Measure {
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** The heartbeat alone: looks, decisions, records, snapshots. */
async function measureDirect(url: string, { seconds, signal }: Measure): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'omega-bench-'));
  const path = join(folder, 'checks.yaml');
  await writeFile(path, pages(url));
  const log = silentLog;
  const known = { builtIn: [], variable: () => undefined, nextOf: () => Number.POSITIVE_INFINITY, timezone: 'UTC' };
  const store = openHealthStore(join(folder, 'health.sqlite'), { now: Date.now(), log });
  try {
    using own = createOwnChecks({ ...known, path, goodPath: `${path}.good`, cwd: folder, log });
    const plain = { clock: systemClock, timezone: 'UTC', language: 'en', version: '0', log } as const;
    const paths = { snapshot: join(folder, 'snapshot.json') };
    const health = createHealth({ ...plain, store, checks: own.current, probes: probesOf(), paths });
    await beatUntil(performance.now() + 5000, health, signal);
    const [cpu, began] = [process.cpuUsage(), Date.now()];
    await beatUntil(performance.now() + seconds * 1000, health, signal);
    const { user, system } = process.cpuUsage(cpu);
    const cpuMsPerCheck = round((user + system) / 1000 / looksSince(store, began).length, 3);
    return { cpuMsPerCheck, bytesPerObservation: await bytesOfLooks(folder) };
  } finally {
    store[Symbol.dispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

async function beatUntil(end: number, health: ReturnType<typeof createHealth>, signal: AbortSignal): Promise<void> {
  while (performance.now() < end) {
    const { nextDueAt } = await health.beat(signal);
    await systemClock.sleep(Math.max(0, nextDueAt - Date.now()), signal);
  }
}

/** Processor time of worker and Redis over all that they did, the renderer and every other job included. */
async function measureQueued(url: string, { seconds, signal }: Measure): Promise<Record<string, number>> {
  await using stack = await startStack({ signal, checks: pages(url) });
  await systemClock.sleep(restMs, signal);
  const pids = [(await stack.member('worker')).pid, (await stack.member('redis')).pid];
  const spent = async (): Promise<number> =>
    (await Promise.all(pids.map(cpuSeconds))).reduce((total, one) => total + one, 0);
  const began = Math.ceil(Date.now() / 1000) * 1000 + 500; // Between two looks, so that it holds whole ones only.
  const ended = began + seconds * 1000;
  await systemClock.sleep(began - Date.now(), signal);
  const before = await spent();
  await systemClock.sleep(ended - Date.now(), signal);
  const after = await spent();
  const memory = await memoryMiB(pids[0] ?? 0);
  await systemClock.sleep(writtenMs, signal);
  using store = openHealthStore(stack.paths.healthDb, { now: Date.now(), log: silentLog });
  const looks = looksSince(store, began).filter(({ at }) => at < ended);
  const drifts = looks.map(({ at }) => Math.abs(at - Math.round(at / 1000) * 1000));
  return {
    cpuMsPerCheckQueued: round(((after - before) * 1000) / looks.length, 3),
    checksPerSecond: round(looks.length / seconds, 1),
    driftP99Ms: quantile(drifts, 0.99),
    rssMiB: round(memory.rss, 1),
  };
}

function looksSince(store: Pick<HealthStore, 'observations'>, time: number): readonly { readonly at: number }[] {
  return store.observations(time).filter(({ check }) => check.startsWith('page-'));
}

/** What a store grows by over so many looks of a hundred checks: of the whole file, its log written back into it. */
async function bytesOfLooks(folder: string): Promise<number> {
  const path = join(folder, 'looks.sqlite');
  const sizeAfter = async (seconds: number): Promise<number> => {
    writeLooks(path, seconds);
    return (await stat(path)).size;
  };
  const [empty, full] = [await sizeAfter(1), await sizeAfter(lookSeconds)];
  return round((full - empty) / (lookSeconds * checks), 1);
}

function writeLooks(path: string, seconds: number): void {
  const began = Date.now();
  using store = openHealthStore(path, { now: began, log: silentLog });
  const heart = { seq: 1, beatAt: began, state: 'up', since: began } as const;
  for (let second = 0; second < seconds; second += 1) {
    const at = began + second * 1000;
    const looks = new Map(
      Array.from({ length: checks }, (_, index) => {
        const latencyMs = 1 + ((index * 7 + second * 13) % 900) / 10;
        return [`page-${index}`, { at, finding: { status: 'ok', reason: '200', latencyMs } as const }] as const;
      }),
    );
    store.transaction(() => store.save({ heart, looks, memories: new Map(), forgotten: [], flips: [], gap: null }));
  }
}
