import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '#lib/clock.ts';
import { root } from '#lib/paths.ts';
import { listDead } from '#queue/dead.ts';
import { enterRun } from '#queue/overlap.ts';
import { openQueueClient, type QueueClient } from '../../scripts/construct.ts';
import { openStack, type Stack } from '../support/stack.ts';

const Outcome = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });
type Outcome = z.infer<typeof Outcome>;
const JobResult = z.object({ job: z.string(), id: z.string(), outcome: z.string(), ms: z.number() });

let stack: Stack;
let client: QueueClient;

beforeAll(async () => {
  stack = await openStack();
  await stack.start();
  client = await openQueueClient(stack.settings);
  await ended('heartbeat');
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await stack[Symbol.asyncDispose]();
});

/** Runs a command beside the running stack, as a person would in a second shell. */
async function command(...args: readonly string[]): Promise<Outcome> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, commandLine(args), { env: stack.env })) };
  } catch (error) {
    return Outcome.parse(error);
  }
}

function commandLine([script = '', ...rest]: readonly string[]): string[] {
  return [join(root, 'scripts', `${script}.ts`), ...rest];
}

/** Runs a job by hand; where another run of it was just going on, once more. */
async function ended(job: string): Promise<Outcome> {
  for (;;) {
    const outcome = await command('job', job);
    if (outcome.code !== 75) return outcome;
  }
}

test('a job by hand shows how it ended, and ends with 0', async () => {
  const { code, stdout, stderr } = await command('job', 'canary');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^✓ canary done in \d+ ms: sings\n$/);
});

test('a job by hand with --json is one object, and its lines are on the other stream', async () => {
  const { stdout, stderr } = await command('job', 'housekeeping', '--json');
  expect(JobResult.parse(JSON.parse(stdout))).toMatchObject({ job: 'housekeeping', outcome: 'done' });
  expect(stderr).toBe('  0 old records removed\n');
});

test('a job by hand that fails ends with 1, is a dead letter, and completes once it is redriven', async () => {
  const { snapshot } = stack.settings.paths;
  rmSync(snapshot);
  mkdirSync(snapshot);
  const { code, stdout } = await ended('heartbeat');
  rmSync(snapshot, { recursive: true });
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^✗ heartbeat failed in .*could not be written/m)]);

  const dead = await command('jobs', 'dead', '--json');
  const letters = z.array(z.object({ id: z.string(), job: z.string() })).parse(JSON.parse(dead.stdout));
  expect(letters).toContainEqual(expect.objectContaining({ job: 'heartbeat' }));
  expect((await command('jobs', 'dead')).stdout).toContain(`→ npm run jobs -- redrive ${letters[0]?.id}`);

  const redriven = await command('jobs', 'redrive', '--all', '--json');
  const { redriven: ids } = z.object({ redriven: z.array(z.string()) }).parse(JSON.parse(redriven.stdout));
  expect(ids).toHaveLength(letters.length);
  for (const id of ids) await untilState(id, 'system', 'completed');
  expect(await listDead(client.queues)).toEqual([]);
});

test('a job by hand that another run keeps from running says so, and ends with 75', async () => {
  const { redis, queues } = client;
  const other = { redis, prefix: queues.prefix, job: 'housekeeping', jobId: 'another-one', scheduledAt: Date.now() };
  const overlap = await enterRun({ ...other, policy: 'skip' });
  const { code, stdout } = await command('job', 'housekeeping');
  await overlap.release();
  expect([code, stdout]).toEqual([
    75,
    expect.stringMatching(/^! housekeeping skipped in .*: another-one is still running\n$/),
  ]);
});

test.for([
  [['canary', '--input', '{nope'], '--input is no JSON'],
  [['canary', '--input', '[1]'], 'The input of canary is wrong'],
  [['nonsense'], 'There is no job nonsense.\n  → The jobs are: '],
] as const)('job %j is wrong use, and ends with 2', async ([args, words]) => {
  const { code, stdout, stderr } = await command('job', ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(words);
});

test('Ctrl-C while watching ends the watching with 130, and the job, here in a paused queue, goes on', async () => {
  const queue = client.queues.get('canary');
  await queue.pause();
  const known = new Set((await queue.getJobs('wait')).map(({ id }) => id));
  const watching = execFile(process.execPath, commandLine(['job', 'canary']), { env: stack.env });
  const said = collect(watching);
  const id = await manualJob(known);
  watching.kill('SIGINT');
  expect(await once(watching, 'exit')).toEqual([130, null]);
  expect(said()).toContain(`canary goes on without you, as ${id}`);
  expect(said()).toContain('→ npm run jobs -- resume canary');
  await queue.resume();
  await untilState(id, 'canary', 'completed');
});

test('without a worker a job by hand is not queued: it ends with 75 and names the way without', async () => {
  const before = await client.queues.get('canary').getJobCounts();
  await stack.control.pause('worker', AbortSignal.timeout(5000));
  while ((await client.queues.get('canary').getWorkersCount()) > 0) await systemClock.sleep(20);
  const { code, stderr } = await command('job', 'canary');
  const after = await client.queues.get('canary').getJobCounts();
  await stack.control.resume('worker', AbortSignal.timeout(5000));
  await stack.untilReady();
  expect(code).toBe(75);
  expect(stderr).toContain('→ Start Omega with npm start, or run it here: npm run job:canary -- --inline');
  expect(after['wait']).toBe(before['wait']);
});

const Shapes = {
  'status --json': z.object({ running: z.literal(true), services: z.array(z.object({ state: z.string() })).min(3) }),
  'jobs list --json': z.object({ jobs: z.array(z.object({ name: z.string() })).min(3), queues: z.array(z.unknown()) }),
  'jobs history --json': z.array(z.object({ job: z.string(), startedAt: z.number() })).min(1),
  'jobs history canary --limit 1 --json': z.array(z.object({ job: z.literal('canary') })).length(1),
  'jobs dead --json': z.array(z.unknown()),
  'doctor --json': z.object({ findings: z.array(z.object({ state: z.string(), what: z.string() })).min(5) }),
  'help --json': z.object({ groups: z.array(z.object({ title: z.string() })).min(3) }),
  'board --json': z.object({ link: z.url() }),
};

test.for(Object.entries(Shapes))('%s prints one object on one line', async ([line, shape]) => {
  const { stdout } = await command(...line.split(' '));
  expect(stdout).toMatch(/^[^\n]+\n$/);
  expect(shape.safeParse(JSON.parse(stdout)).error).toBeUndefined();
});

function collect(child: ChildProcess): () => string {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: string) => (said += text));
  return () => said;
}

/** The id of the job that a hand has queued since. */
async function manualJob(known: ReadonlySet<string | undefined>): Promise<string> {
  for (;;) {
    const jobs = await client.queues.get('canary').getJobs('wait');
    const found = jobs.find(({ id }) => id?.startsWith('manual-') === true && !known.has(id));
    if (found?.id !== undefined) return found.id;
    await systemClock.sleep(20);
  }
}

async function untilState(id: string, queue: string, state: string): Promise<void> {
  while ((await client.queues.get(queue).getJobState(id)) !== state) await systemClock.sleep(20);
}
