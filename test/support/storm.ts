import { systemClock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { queueNames } from '#queue/job.ts';
import { doneTwice, followHistory, type Change } from '../../bench/history.ts';
import { openQueueClient, type QueueClient } from '../../scripts/construct.ts';
import { readSnapshot } from '../../scripts/first-page.ts';
import { processesOf, type Stack } from './stack.ts';

/** What a storm left behind. */
export interface Aftermath {
  readonly kills: Readonly<Record<string, number>>;
  /** Ids of jobs that Redis said it has. */
  readonly acknowledged: readonly string[];
  readonly refused: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Processes that were still there some time after their supervisor had been killed. */
  readonly orphans: readonly number[];
  /** From each kill of a worker, while all else stood, to the next job that was taken up; milliseconds. */
  readonly resumedMs: readonly number[];
  /** The heartbeat's number right after the last kill, and the highest seen since. */
  readonly seq: { readonly atLastKill: number; readonly since: number };
}

/** What the kernel may take to end the children of a killed supervisor. */
const orphanPatienceMs = 3000;
/** What the last jobs may take: longer than a lock in Redis, and than the minute between two heartbeats. */
const settleMs = 100_000;

/** Kills parts of a running stack, and its supervisor, while jobs are asked for from outside; then lets it settle. */
export async function storm(stack: Stack, seconds: number): Promise<Aftermath> {
  await using client = await openQueueClient(stack.settings);
  const histories = queueNames.map((name) => followHistory(client.redis, client.queues.get(name).toKey('events')));
  const changes = (): Change[] => histories.flatMap((history) => history.changes);
  const asking = askForJobs(client);
  const killing = await killInTurn(stack, seconds);
  const atLastKill = await seqOf(stack);
  await stack.untilReady();
  const { acknowledged, refused } = await asking.stop();
  const lost = await untilCompleted(acknowledged, changes);
  const since = await untilBeaten(stack, atLastKill);
  await Promise.all(histories.map((history) => history.stop()));
  return {
    ...killing,
    acknowledged,
    refused,
    lost,
    doubled: histories.flatMap((history) => [...doneTwice(history.changes)]),
    resumedMs: killing.workerKilledAt.map((at) => resumedAfter(at, changes())),
    seq: { atLastKill, since },
  };
}

/** Asks for a job every few milliseconds; one that Redis did not acknowledge is asked for again under its id. */
function askForJobs({ queues }: QueueClient): {
  readonly stop: () => Promise<{ acknowledged: string[]; refused: number }>;
} {
  const over = new AbortController();
  const acknowledged: string[] = [];
  let refused = 0;
  const ask = async (name: string, id: string): Promise<void> => {
    for (;;) {
      try {
        acknowledged.push(await queues.enqueue(name, {}, { id }));
        return;
      } catch (error) {
        refused += messageOf(error) === '' ? 0 : 1;
        await systemClock.sleep(20);
      }
    }
  };
  const askOn = async (): Promise<void> => {
    for (let count = 0; !over.signal.aborted; count += 1) {
      const name = count % 40 === 0 ? 'housekeeping' : count % 15 === 0 ? 'site-render' : 'canary';
      await ask(name, `${name}-${count}`);
      await systemClock.sleep(20);
    }
  };
  const asking = askOn();
  return {
    stop: async () => {
      over.abort();
      await asking;
      return { acknowledged, refused };
    },
  };
}

interface Killing {
  readonly kills: Record<string, number>;
  readonly orphans: number[];
  readonly workerKilledAt: number[];
}

/**
 * A life of the supervisor is a round: of each service no more kills than are started again at once, and in the end
 * it is killed itself, every other time in the midst of a restart, and started again as systemd would.
 */
async function killInTurn(stack: Stack, seconds: number): Promise<Killing> {
  const killing: Killing = { kills: { worker: 0, redis: 0, edge: 0, supervisor: 0 }, orphans: [], workerKilledAt: [] };
  const end = performance.now() + seconds * 1000;
  for (let round = 0; performance.now() < end; round += 1) {
    await killOne(stack, 'worker', killing, { isAlone: true });
    await stack.untilReady();
    await killOne(stack, 'redis', killing);
    await killOne(stack, 'worker', killing);
    await killOne(stack, 'edge', killing);
    await stack.untilReady();
    await killOne(stack, 'worker', killing, { isAlone: round % 2 === 0 });
    if (round % 2 === 0) await stack.untilReady();
    await killSupervisor(stack, killing);
    await stack.start();
  }
  return killing;
}

async function killOne(stack: Stack, name: string, killing: Killing, { isAlone = false } = {}): Promise<void> {
  await systemClock.sleep(Math.random() * 400);
  const { pid } = await stack.running(name);
  process.kill(pid, 'SIGKILL');
  if (isAlone) killing.workerKilledAt.push(Date.now());
  killing.kills[name] = (killing.kills[name] ?? 0) + 1;
}

async function killSupervisor(stack: Stack, { kills, orphans }: Killing): Promise<void> {
  await systemClock.sleep(Math.random() * 400);
  await stack.kill();
  kills['supervisor'] = (kills['supervisor'] ?? 0) + 1;
  const left = (): number[] => processesOf(stack.settings.paths.data);
  const deadline = performance.now() + orphanPatienceMs;
  while (left().length > 0 && performance.now() < deadline) await systemClock.sleep(10);
  orphans.push(...left());
}

async function untilCompleted(ids: readonly string[], changes: () => readonly Change[]): Promise<string[]> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    const completed = new Set(changes().flatMap(({ event, jobId }) => (event === 'completed' ? [jobId] : [])));
    const missing = ids.filter((id) => !completed.has(id));
    if (process.env['DBG']) console.log(Math.round(deadline-performance.now()), missing.slice(0,8));
    if (missing.length === 0 || performance.now() > deadline) return missing;
    await systemClock.sleep(200);
  }
}

async function untilBeaten(stack: Stack, seq: number): Promise<number> {
  const deadline = performance.now() + settleMs;
  while ((await seqOf(stack)) <= seq && performance.now() < deadline) await systemClock.sleep(100);
  return await seqOf(stack);
}

async function seqOf(stack: Stack): Promise<number> {
  return (await readSnapshot(stack.settings.paths))?.seq ?? 0;
}

function resumedAfter(killedAt: number, changes: readonly Change[]): number {
  const taken = changes.filter(({ at, event }) => event === 'active' && at > killedAt).map(({ at }) => at);
  return Math.min(...taken) - killedAt;
}
