import { z } from 'zod';
import { systemClock } from '#lib/clock.ts';
import { messageOf, OmegaError, usageError } from '#lib/errors.ts';
import type { AnyJob } from '#queue/job.ts';
import { findJob, type Queues } from '#queue/queues.ts';
import { performInline } from '#queue/inline.ts';
import type { Omega } from '#jobs/omega.ts';
import { runCommand, paint, printJson } from './command.ts';
import { allJobs as jobs, buildOmega, openQueueClient } from './construct.ts';

const pollEveryMs = 150;
const ended = new Set(['completed', 'failed']);

const [name = ''] = process.argv.slice(2);
const job = jobs.find((candidate) => candidate.name === name);

await runCommand({
  name: `npm run job:${job?.name ?? '<name>'}`,
  summary: job?.summary ?? 'runs one job by hand',
  help: [
    ['-- --input JSON', `what it is handed${job === undefined ? '' : `: ${describeInput(job)}`}`],
    ['-- --inline', 'run it here, without Redis and without a worker'],
    ['-- --json', 'one object at the end, for scripts'],
  ],
  options: { input: { type: 'string' }, inline: { type: 'boolean' }, json: { type: 'boolean' } },
  run: async ({ positionals, values, signal }) => {
    const wanted = findJob(jobs, positionals[0] ?? '');
    const input = parseJson(values.input ?? '{}');
    const show = (line: string): void =>
      void (values.json === true ? process.stderr : process.stdout).write(`  ${line}\n`);
    const result =
      values.inline === true
        ? await runInline(wanted, input, { signal, show })
        : await runQueued(wanted, input, { signal, show });
    report(result, values.json === true);
    return result.exitCode;
  },
});

interface Result {
  readonly job: string;
  readonly id: string;
  readonly outcome: string;
  readonly ms: number;
  readonly detail: unknown;
  readonly exitCode: 0 | 1 | 75;
}

interface Watch {
  readonly signal: AbortSignal;
  readonly show: (line: string) => void;
}

function describeInput(one: AnyJob<Omega>): string {
  const schema = z.toJSONSchema(one.input, { io: 'input' });
  return schema.properties === undefined ? '{}' : JSON.stringify(schema.properties);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw usageError(`--input is no JSON: ${messageOf(error)}`, `Write it as --input '{"key":"value"}'.`);
  }
}

/** Queues it like any other run, and shows its lines until it ends; Ctrl-C ends the watching, not the job. */
async function runQueued(one: AnyJob<Omega>, input: unknown, { signal, show }: Watch): Promise<Result> {
  await using client = await openQueueClient();
  await requireWorker(client.queues, one);
  const queue = client.queues.get(one.policy.queue);
  const startedAt = performance.now();
  const id = await client.queues.enqueue(one.name, input, {
    id: `manual-${one.name}-${crypto.randomUUID()}`,
    reason: 'manual',
  });
  const tellItGoesOn = (): void =>
    void process.stderr.write(`  ${one.name} goes on without you, as ${id}: npm run jobs -- history ${one.name}\n`);
  signal.addEventListener('abort', tellItGoesOn, { once: true });
  if (await queue.isPaused()) show(`The queue ${queue.name} is paused → npm run jobs -- resume ${queue.name}`);
  let shown = 0;
  for (;;) {
    const state = await queue.getJobState(id);
    const { logs } = await queue.getJobLogs(id, shown, -1);
    for (const line of logs.flatMap((entry) => entry.split('\n'))) show(line);
    shown += logs.length;
    if (ended.has(state)) break;
    if (state === 'unknown') throw goneJob(one.name, id);
    await systemClock.sleep(pollEveryMs, signal);
  }
  const done = await queue.getJob(id);
  const ms = Math.round(performance.now() - startedAt);
  if (done?.failedReason) return { job: one.name, id, outcome: 'failed', ms, detail: done.failedReason, exitCode: 1 };
  return { job: one.name, id, ms, ...outcomeOf(done?.returnvalue) };
}

function goneJob(jobName: string, id: string): OmegaError {
  return new OmegaError(`The job ${id} was removed from its queue before it ended.`, {
    code: 'E_JOB_GONE',
    hint: `Ask for it again: npm run job:${jobName}`,
  });
}

/** A run that was left out (skipped, stale) says so in its result. */
function outcomeOf(value: unknown): Pick<Result, 'outcome' | 'detail' | 'exitCode'> {
  const leftOut = z
    .object({ skipped: z.string() })
    .or(z.object({ stale: z.string() }))
    .safeParse(value);
  if (!leftOut.success) return { outcome: 'done', detail: value ?? null, exitCode: 0 };
  const [[outcome, detail] = ['skipped', '']] = Object.entries(leftOut.data);
  return { outcome, detail, exitCode: 75 };
}

async function requireWorker(queues: Queues<Omega>, one: AnyJob<Omega>): Promise<void> {
  if ((await queues.get(one.policy.queue).getWorkersCount()) > 0) return;
  throw new OmegaError(`No worker takes jobs from the queue ${one.policy.queue}, so ${one.name} would only wait.`, {
    code: 'E_NO_WORKER',
    hint: `Start Omega with npm start, or run it here: npm run job:${one.name} -- --inline`,
    exitCode: 75,
  });
}

/** Runs it in this process: jobs that it asks for are named, not run. */
async function runInline(one: AnyJob<Omega>, input: unknown, { signal, show }: Watch): Promise<Result> {
  await using parts = await buildOmega({ queues: null });
  const id = `inline-${one.name}-${crypto.randomUUID()}`;
  const startedAt = performance.now();
  const enqueue = async (next: string): Promise<string> => {
    show(`(asked for ${next}, which is not run: this is inline)`);
    return `inline-${next}`;
  };
  const run = { id, input, reason: 'manual', log: show, enqueue } as const;
  const performed = await performInline(one, run, { ...parts, clock: systemClock, signal });
  const ms = Math.round(performance.now() - startedAt);
  const detail = performed.outcome === 'done' ? performed.result : performed.why;
  return {
    job: one.name,
    id,
    outcome: performed.outcome,
    ms,
    detail: detail ?? null,
    exitCode: performed.outcome === 'done' ? 0 : 75,
  };
}

function report(result: Result, json: boolean): void {
  if (json) return printJson(result);
  const mark =
    result.exitCode === 0
      ? paint('green', '✓')
      : paint(result.exitCode === 1 ? 'red' : 'yellow', result.exitCode === 1 ? '✗' : '!');
  const detail =
    result.detail === null
      ? ''
      : `: ${typeof result.detail === 'string' ? result.detail : JSON.stringify(result.detail)}`;
  process.stdout.write(`${mark} ${result.job} ${result.outcome} in ${result.ms} ms${detail}\n`);
}
