import { systemClock } from '#lib/clock.ts';
import { codeOf, messageOf } from '#lib/errors.ts';
import { listDead, redrive } from '#queue/dead.ts';
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
  /** Why Redis did not acknowledge at other times. */
  readonly refusals: readonly string[];
  /** Acknowledged, and neither completed nor a dead letter that completed once it was redriven. */
  readonly lost: readonly string[];
  /** What the dead letters said that were redriven. */
  readonly buried: readonly string[];
  /** Jobs that were taken up again after they had been completed. */
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
const askEveryMs = 20;
const longestPauseMs = 600;

/** Kills parts of a running stack, and its supervisor, while jobs are asked for from outside; then lets it settle. */
export async function storm(stack: Stack, seconds: number): Promise<Aftermath> {
  await using client = await openQueueClient(stack.settings);
  const histories = queueNames.map((name) => followHistory(client.redis, client.queues.get(name).toKey('events')));
  const changes = (): Change[] => histories.flatMap((history) => history.changes);
  const asking = askForJobs(client);
  const { kills, orphans, ofWorkers } = await killInTurn(stack, seconds);
  const atLastKill = await seqOf(stack);
  const { acknowledged, refusals } = await asking.stop();
  const settled = await settle(client, { acknowledged, changes });
  const since = await untilBeaten(stack, atLastKill);
  await Promise.all(histories.map((history) => history.stop()));
  return {
    kills,
    acknowledged,
    refusals,
    ...settled,
    doubled: histories.flatMap((history) => Array.from(doneTwice(history.changes))),
    orphans,
    resumedMs: ofWorkers.map((kill) => resumedAfter(kill, changes())),
    seq: { atLastKill, since },
  };
}

interface Asked {
  readonly acknowledged: string[];
  readonly refusals: string[];
}

/** Asks for jobs all the time; one that Redis did not acknowledge is asked for again under the same id. */
function askForJobs({ queues }: QueueClient): { readonly stop: () => Promise<Asked> } {
  const over = new AbortController();
  const asked: Asked = { acknowledged: [], refusals: [] };
  const ask = async (name: string, id: string): Promise<boolean> => {
    try {
      asked.acknowledged.push(await queues.enqueue(name, {}, { id }));
      return true;
    } catch (error) {
      asked.refusals.push(codeOf(error) ?? messageOf(error));
      return false;
    }
  };
  const askOn = async (): Promise<void> => {
    for (let count = 0; !over.signal.aborted; count += 1) {
      const name = jobToAskFor(count);
      while (!(await ask(name, `${name}-${count}`))) await systemClock.sleep(askEveryMs);
      await systemClock.sleep(askEveryMs);
    }
  };
  const asking = askOn();
  return {
    stop: async () => {
      over.abort();
      await asking;
      return asked;
    },
  };
}

/** Mostly the quickest; now and then one that writes a page or a database, and that may not meet itself. */
function jobToAskFor(count: number): string {
  if (count % 40 === 0) return 'housekeeping';
  return count % 15 === 0 ? 'site-render' : 'canary';
}

/** A killed worker: when, and when another process had taken its place. */
interface WorkerKill {
  readonly at: number;
  readonly replacedAt: number;
}

interface Killing {
  readonly kills: { worker: number; redis: number; chroma: number; edge: number; supervisor: number };
  readonly orphans: number[];
  readonly ofWorkers: WorkerKill[];
}

/**
 * A round is a supervisor's life: of each service no more kills than are started again at once, and in the end it is
 * killed itself, every other time in the midst of a restart, and started again as systemd would.
 */
async function killInTurn(stack: Stack, seconds: number): Promise<Killing> {
  const killing: Killing = {
    kills: { worker: 0, redis: 0, chroma: 0, edge: 0, supervisor: 0 },
    orphans: [],
    ofWorkers: [],
  };
  const end = performance.now() + seconds * 1000;
  for (let round = 0; performance.now() < end; round += 1) {
    await killWorkerAlone(stack, killing);
    for (const name of ['redis', 'chroma', 'worker', 'edge'] as const) await killService(stack, name, killing);
    await stack.untilReady();
    if (round % 2 === 0) await killWorkerAlone(stack, killing);
    else await killService(stack, 'worker', killing);
    await killSupervisor(stack, killing);
    await stack.start();
  }
  return killing;
}

async function killWorkerAlone(stack: Stack, killing: Killing): Promise<void> {
  const pid = await killService(stack, 'worker', killing);
  const at = Date.now();
  while ((await stack.running('worker')).pid === pid) await systemClock.sleep(1);
  killing.ofWorkers.push({ at, replacedAt: Date.now() });
  await stack.untilReady();
}

async function killService(
  stack: Stack,
  name: 'worker' | 'redis' | 'chroma' | 'edge',
  { kills }: Killing,
): Promise<number> {
  await systemClock.sleep(Math.random() * longestPauseMs);
  const { pid } = await stack.running(name);
  process.kill(pid, 'SIGKILL');
  kills[name] += 1;
  return pid;
}

async function killSupervisor(stack: Stack, { kills, orphans }: Killing): Promise<void> {
  await systemClock.sleep(Math.random() * longestPauseMs);
  await stack.kill();
  kills.supervisor += 1;
  const left = (): number[] => processesOf(stack.settings.paths.data);
  const deadline = performance.now() + orphanPatienceMs;
  while (left().length > 0 && performance.now() < deadline) await systemClock.sleep(10);
  orphans.push(...left());
}

/** Waits for what was acknowledged; a job that killed its worker too often is a dead letter, and is redriven. */
async function settle(
  { queues }: QueueClient,
  { acknowledged, changes }: { acknowledged: readonly string[]; changes: () => readonly Change[] },
): Promise<Pick<Aftermath, 'lost' | 'buried'>> {
  const deadline = performance.now() + settleMs;
  const buried: string[] = [];
  const redriven = new Map<string, string>();
  for (;;) {
    for (const { id, jobId, error } of await listDead(queues)) {
      buried.push(error);
      redriven.set(jobId, await redrive(queues, id));
    }
    const completed = new Set(changes().flatMap(({ event, jobId }) => (event === 'completed' ? [jobId] : [])));
    const lost = acknowledged.filter((id) => !completed.has(id) && !completed.has(redriven.get(id) ?? ''));
    if (lost.length === 0 || performance.now() > deadline) return { lost, buried };
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

/** The dead worker's last command may still be carried out after its kill, but not once another is in its place. */
function resumedAfter({ at, replacedAt }: WorkerKill, changes: readonly Change[]): number {
  const taken = changes.filter((change) => change.event === 'active' && change.at > replacedAt);
  return Math.min(...taken.map((change) => change.at)) - at;
}
