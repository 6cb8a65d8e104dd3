import { afterAll, beforeAll, expect, test } from 'vitest';
import { join } from 'node:path';
import { root } from '#lib/paths.ts';
import { openQueueClient, allJobs } from '../../scripts/construct.ts';
import { connectionHelp } from '../../scripts/own-mcp-help.ts';
import { runnableJobs } from '../../scripts/own-mcp.ts';
import { firstClient, type OwnClient } from '../support/mcp/own-clients.ts';
import { openStack, type Stack } from '../support/stack.ts';

const anyTime = new AbortController().signal;

let closing: AsyncDisposableStack;
let stack: Stack;
/** Over HTTP through the edge of the stack, and as a process beside it. */
let clients: Record<'http' | 'stdio', OwnClient>;

beforeAll(async () => {
  closing = new AsyncDisposableStack();
  stack = closing.use(await openStack());
  await stack.start();
  const { url, token } = await connectionHelp(anyTime, stack.settings);
  const args = [join(root, 'test', 'support', 'mcp', 'own-serve.ts')];
  const env = { OMEGA_DATA_DIR: stack.settings.paths.data };
  clients = {
    http: closing.use(await firstClient({ url: new URL(url ?? ''), token })),
    stdio: closing.use(await firstClient({ command: process.execPath, args, env })),
  };
});
afterAll(() => closing.disposeAsync());

test.each(['http', 'stdio'] as const)(
  'over %s a job runs while the client waits, and its record is told',
  async (way) => {
    const { facts, isError } = await clients[way].call('run_job', { job: 'canary', wait: true });
    expect({ isError, outcome: facts['outcome'] }).toEqual({ isError: false, outcome: 'done' });
    const { facts: jobs } = await clients[way].call('jobs', { job: 'canary' });
    const record = expect.objectContaining({ run: facts['run'], outcome: 'done', why: 'manual' });
    expect(jobs['history']).toEqual(expect.arrayContaining([record]));
  },
);

test('a client that stops waiting is let go, and the next question is answered', async () => {
  const worker = await stack.running('worker');
  process.kill(worker.pid, 'SIGSTOP');
  try {
    const before = await clients.http.call('run_job', { job: 'site-render' });
    for (const client of Object.values(clients)) {
      const impatience = AbortSignal.timeout(700);
      const waiting = client.call('run_job', { job: 'site-render', wait: true }, impatience);
      await expect(waiting).rejects.toThrow();
      const again = await client.call('run_job', { job: 'site-render' });
      expect(again.facts['run']).toBe(before.facts['run']); // It has not ended: there is no other one.
    }
  } finally {
    process.kill(worker.pid, 'SIGCONT');
  }
});

test('without waiting the answer is the run’s id, at once', async () => {
  const { facts, text } = await clients.http.call('run_job', { job: 'canary' });
  expect(facts).toMatchObject({ outcome: 'queued', run: expect.stringMatching(/^manual-canary-mcp-/) });
  expect(text).toContain('The tool jobs shows its record');
});

test('however often a model asks at once, it is one run', async () => {
  const asked = await Promise.all(
    Array.from({ length: 10 }, () => clients.http.call('run_job', { job: 'site-render' })),
  );
  const runs = new Set(asked.map(({ facts }) => facts['run']));
  expect(runs.size).toBeLessThanOrEqual(2); // A second may end among them.
});

test('a queue that is paused is told, with the command that resumes it', async () => {
  await using client = await openQueueClient(stack.settings);
  const queue = client.queues.get('canary');
  await queue.pause();
  const { facts } = await clients.http.call('run_job', { job: 'canary', wait: true });
  await queue.resume();
  expect(facts).toMatchObject({ outcome: 'queued', detail: expect.stringContaining('npm run jobs -- resume canary') });
});

test('every job that may be run from here is one that there is', () => {
  const names = new Set<string>(allJobs.map(({ name }) => name));
  expect(runnableJobs.filter((name) => !names.has(name))).toEqual([]);
});

test('what is printed for editors is what connects', async () => {
  const { snippets, token } = await connectionHelp(anyTime, stack.settings);
  expect(snippets.http?.mcpServers.omega).toMatchObject({ headers: { Authorization: `Bearer ${token}` } });
  expect(snippets.stdio.mcpServers.omega).toMatchObject({ env: { OMEGA_DATA_DIR: stack.settings.paths.data } });
});
