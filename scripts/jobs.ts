import { usageError } from '#lib/errors.ts';
import { forget, listDead, redrive } from '#queue/dead.ts';
import { queueNames } from '#queue/job.ts';
import { paint, plain, printJson, runCommand } from './command.ts';
import { allJobs as jobs, openHistory, openQueueClient } from './construct.ts';
import { printTable, when } from './table.ts';

/** Paused with the rest, these would leave nobody to say that anything is paused. */
const heartbeatQueues = new Set<string>(['system', 'canary']);

await runCommand({
  name: 'npm run jobs',
  summary: 'the queue: what is due, what ran, what failed for good',
  help: [
    ['-- list', 'each job with its schedule and last run, each queue with its counts'],
    [
      '-- history [JOB]',
      'the latest runs; --limit N, 30 unless said; --all with the heartbeat’s own, which come all the time',
    ],
    ['-- dead', 'jobs that failed for good'],
    ['-- redrive ID | --all', 'run a dead letter again'],
    ['-- forget ID', 'throw a dead letter away'],
    ['-- pause [QUEUE]', 'take no more jobs from a queue; without a name from all but those of the heartbeat'],
    ['-- resume [QUEUE]', 'go on'],
    ['-- … --json', 'for scripts'],
  ],
  options: { json: { type: 'boolean' }, limit: { type: 'string' }, all: { type: 'boolean' } },
  run: async ({ positionals: [verb = 'list', subject], values }) => {
    const json = values.json === true;
    if (verb === 'list') return list(json);
    if (verb === 'history') return history(subject, { json, limit: toLimit(values.limit), all: values.all === true });
    if (verb === 'dead') return dead(json);
    if (verb === 'redrive') return redriveSome(subject, { json, all: values.all === true });
    if (verb === 'forget') return forgetOne(subject);
    if (verb === 'pause' || verb === 'resume') return setPaused(verb, subject);
    throw usageError(`There is no “npm run jobs -- ${verb}”.`, 'npm run jobs -- --help lists what there is.');
  },
});

async function list(json: boolean): Promise<void> {
  await using client = await openQueueClient();
  const [deadlines, counts] = await Promise.all([client.probe.deadlines(), client.probe.queues()]);
  const rows = jobs.map((job) => ({
    name: job.name,
    summary: job.summary,
    queue: job.policy.queue,
    ...(deadlines.find((deadline) => deadline.job === job.name) ?? {
      schedule: null,
      lastSuccessAt: null,
      nextDueAt: null,
    }),
  }));
  if (json) return printJson({ jobs: rows, queues: counts });
  printTable(
    ['job', 'queue', 'schedule', 'last success', 'next'],
    rows.map((row) => [
      paint('bold', row.name),
      row.queue,
      row.schedule ?? 'when asked for',
      when(row.lastSuccessAt),
      when(row.nextDueAt),
    ]),
  );
  printTable(
    ['queue', 'waiting', 'active', 'delayed', 'failed', 'dead', ''],
    counts.map((queue) => [
      queue.name,
      queue.waiting,
      queue.active,
      queue.delayed,
      queue.failed,
      queue.dead,
      queue.paused ? paint('yellow', 'paused') : '',
    ]),
  );
}

async function history(
  job: string | undefined,
  { json, limit, all }: { json: boolean; limit: number; all: boolean },
): Promise<void> {
  if (job !== undefined && jobs.every((candidate) => candidate.name !== job)) {
    throw usageError(`There is no job ${job}.`, `The jobs are: ${jobs.map((candidate) => candidate.name).join(', ')}.`);
  }
  using store = openHistory();
  const runs = store.history({ ...(job === undefined ? {} : { job }), limit, withoutRoutine: !all });
  if (json) return printJson(runs);
  if (runs.length === 0)
    return void process.stdout.write('Nothing has run yet. npm start runs the heartbeat each minute.\n');
  printTable(
    ['started', 'job', 'why', 'try', 'outcome', 'took', ''],
    runs.map((run) => [
      when(run.startedAt),
      run.job,
      run.reason,
      run.attempt,
      paintOutcome(run.outcome),
      run.endedAt === undefined ? '' : `${run.endedAt - run.startedAt} ms`,
      plain(run.error ?? run.result ?? '').slice(0, 80),
    ]),
  );
}

async function dead(json: boolean): Promise<void> {
  await using client = await openQueueClient();
  const letters = await listDead(client.queues);
  if (json) return printJson(letters);
  if (letters.length === 0) return void process.stdout.write('No job has failed for good.\n');
  for (const letter of letters) {
    process.stdout.write(
      `${paint('red', '✗')} ${paint('bold', letter.job)} ${when(letter.failedAt)}, after ${letter.attempts} tries: ${plain(letter.error)}\n`,
    );
    process.stdout.write(
      `  input ${plain(JSON.stringify(letter.input))}\n${letter.logTail.map((line) => `  | ${plain(line)}\n`).join('')}`,
    );
    process.stdout.write(`  → npm run jobs -- redrive ${letter.id}\n`);
  }
}

async function redriveSome(id: string | undefined, { json, all }: { json: boolean; all: boolean }): Promise<void> {
  if (id === undefined && !all)
    throw usageError('Which one?', 'npm run jobs -- dead lists them; --all takes all of them.');
  await using client = await openQueueClient();
  const ids =
    id === undefined ? (await listDead(client.queues, Number.POSITIVE_INFINITY)).map((letter) => letter.id) : [id];
  const redriven: string[] = [];
  for (const letter of ids) redriven.push(await redrive(client.queues, letter));
  if (json) return printJson({ redriven });
  process.stdout.write(
    redriven.length === 0
      ? 'No job has failed for good.\n'
      : redriven.map((jobId) => `queued again as ${jobId}\n`).join(''),
  );
}

async function forgetOne(id: string | undefined): Promise<void> {
  if (id === undefined) throw usageError('Which one?', 'npm run jobs -- dead lists them.');
  await using client = await openQueueClient();
  await forget(client.queues, id);
  process.stdout.write(`forgot ${id}\n`);
}

async function setPaused(verb: 'pause' | 'resume', name: string | undefined): Promise<void> {
  const all = verb === 'pause' ? queueNames.filter((queue) => !heartbeatQueues.has(queue)) : queueNames;
  const names = name === undefined ? all : queueNames.filter((queue) => queue === name);
  if (names.length === 0) throw usageError(`There is no queue ${name}.`, `The queues are: ${queueNames.join(', ')}.`);
  await using client = await openQueueClient();
  for (const queue of names) await client.queues.get(queue)[verb]();
  const undo = verb === 'pause' ? ` → npm run jobs -- resume${name === undefined ? '' : ` ${name}`}` : '';
  process.stdout.write(`${verb === 'pause' ? 'paused' : 'resumed'}: ${names.join(', ')}${undo}\n`);
}

function toLimit(text = '30'): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw usageError(`--limit ${text} is no number of runs.`, 'Write a whole number from 1 up.');
}

function paintOutcome(outcome = 'running'): string {
  if (outcome === 'done') return paint('green', outcome);
  return paint(outcome === 'dead' || outcome === 'failed' ? 'red' : 'yellow', outcome);
}
