import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeKeyPair } from '#holding/report/envelope.ts';
import { systemClock } from '#lib/clock.ts';
import { dataPaths } from '#lib/paths.ts';
import { startFakeBotApi, type FakeBotApi, type FaultKind } from './fake-bot-api.ts';
import { inspectReports, type ReportFindings } from './report-storm-findings.ts';
import type { Said, SenderTask } from './report-sender.ts';

/** What a storm of reports did, and what it left behind. */
export interface ReportAftermath extends ReportFindings {
  readonly reports: number;
  readonly kills: number;
  /** Answers that were lost after the report was taken. */
  readonly answersLost: number;
  /** Reports that were taken again. */
  readonly doubledSends: number;
  /** Calls of the fake Bot API, those that went wrong included. */
  readonly calls: number;
  /** Ends of the sender that nobody brought about. */
  readonly crashes: number;
  readonly seconds: number;
}

export interface ReportStormOptions {
  readonly reports: number;
  readonly kills: number;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** All that can go wrong with a message; some of it takes effect all the same. */
const kinds: readonly FaultKind[] = ['429', '502', 'hang', 'reset', 'redirect', 'accept-reset', 'html', 'cut-off'];
const faultChance = 0.15;
/** So many seconds of the outbox go by in one of the storm’s: its waits are the real ones. */
const speed = 200;
/** A kill comes so soon after a step, or after a file was begun in the outbox, at the latest: in the midst of it. */
const longestAimMs = { step: 12, file: 3 };
const longestWatchMs = 1000;
const tellEvery = 25;

/** Kills a process that seals and sends, again and again, while all goes wrong with what it sends; then looks at it all. */
export async function stormReports(options: ReportStormOptions): Promise<ReportAftermath> {
  const folder = await mkdtemp(join(tmpdir(), 'omega-reports-'));
  const begun = performance.now();
  try {
    await using api = await startFakeBotApi();
    const bot = api.bot();
    const owner = bot.person();
    const keys = makeKeyPair();
    const publicKey = Buffer.from(keys.publicKey).toString('hex');
    const where = { folder, apiRoot: api.root, token: bot.token, chat: String(owner.id) };
    const task: SenderTask = { ...where, reports: options.reports, publicKey, begunAt: Date.now(), speed };
    api.faults.byChance({ seed: 7, chance: faultChance, kinds });
    const killing = await killSenders(task, api, options);
    const seen = owner.sees().flatMap(({ document }) => (document === null ? [] : [document]));
    const findings = await inspectReports({ task, seen, secretKey: keys.secretKey });
    const seconds = Math.round((performance.now() - begun) / 1000);
    const { counts } = api;
    const counted = { answersLost: counts.answersLost(), doubledSends: counts.doubles(), calls: api.asked.length };
    return { reports: options.reports, ...killing, ...counted, seconds, ...findings };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One after the other, until as many were killed as is asked for; the last one may end its work. */
async function killSenders(
  task: SenderTask,
  api: FakeBotApi,
  { reports, kills: wanted, tell, signal }: ReportStormOptions,
): Promise<{ kills: number; crashes: number }> {
  const counts = { kills: 0, crashes: 0 };
  for (;;) {
    signal.throwIfAborted();
    const isLast = counts.kills >= wanted;
    const end = await liveAndDie(task, isLast ? Infinity : stepsOfALife(reports, wanted), signal);
    if (end === 'done') return counts;
    counts[end === 'killed' ? 'kills' : 'crashes'] += 1;
    if (counts.crashes > 3) throw new Error('the sender ends by itself again and again');
    if (counts.kills % tellEvery === 0) tell(`${counts.kills} kills, ${api.asked.length} calls`);
  }
}

/** A report takes two steps at least, one to write and one to bring it: the kills are spread over all of them. */
function stepsOfALife(reports: number, kills: number): number {
  return Math.ceil(Math.random() * 2 * (reports / kills));
}

/** A sender that is killed in the midst of its next step after so many. */
async function liveAndDie(
  task: SenderTask,
  steps: number,
  signal: AbortSignal,
): Promise<'killed' | 'crashed' | 'done'> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'report-sender.ts'), JSON.stringify(task)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(task.folder, 'compiled') }, // It is started again and again.
  });
  const folder = dataPaths({ dataDir: task.folder }).outbox;
  await mkdir(folder, { recursive: true });
  const closed = once(child, 'close');
  const [isKilled, isDone] = await untilItIsTime(child, { steps, closed, signal, folder }).catch((error: unknown) => {
    child.kill('SIGKILL'); // Nobody waits for it any more.
    throw error;
  });
  await closed;
  if (isDone) return 'done';
  return isKilled && child.signalCode === 'SIGKILL' ? 'killed' : 'crashed';
}

async function untilItIsTime(
  child: ChildProcess,
  { steps, closed, signal, folder }: { steps: number; closed: Promise<unknown>; signal: AbortSignal; folder: string },
): Promise<[isKilled: boolean, isDone: boolean]> {
  const aim = Promise.withResolvers<void>();
  let taken = 0;
  let isDone = false;
  child.on('message', (said: Said) => {
    isDone ||= said === 'done';
    taken += 1;
    if (taken >= steps) aim.resolve();
  });
  const onAbort = (): void => aim.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([aim.promise, closed]);
  const at = Math.random() < 0.5 ? 'step' : 'file';
  if (at === 'file') await Promise.race([untilAFile(folder, signal), closed]);
  signal.removeEventListener('abort', onAbort);
  if (child.exitCode !== null || isDone) return [false, isDone];
  await systemClock.sleep(Math.random() * longestAimMs[at]);
  return [child.kill('SIGKILL'), isDone];
}

/** Until one is begun, or for a while: the sender may be waiting for an answer. */
async function untilAFile(folder: string, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(longestWatchMs)]);
  try {
    for await (const _event of watch(folder, { signal: patience })) return;
  } catch {
    signal.throwIfAborted(); // None was begun meanwhile.
  }
}
