import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockOwner } from '#ops/lock.ts';
import { quantile } from '../../bench/bench.ts';
import { pageAddress } from '../../scripts/page-address.ts';
import { openStack, processesOf, type Stack } from '../support/stack.ts';
import { storm, type Aftermath } from '../support/storm.ts';

const seconds = 45;
let stack: Stack;
let after: Aftermath;

beforeAll(async () => {
  stack = await openStack();
  await stack.start();
  after = await storm(stack, seconds);
  const { kills, acknowledged, refusals, buried, resumedMs, seq } = after;
  const resume = { resumeP50Ms: quantile(resumedMs, 0.5), resumeP95Ms: quantile(resumedMs, 0.95) };
  const facts = { ...kills, jobs: acknowledged.length, refused: refusals.length, buried, ...resume, seq };
  process.stdout.write(`the stack under kills: ${JSON.stringify(facts)}\n`);
}, 400_000);

afterAll(() => stack[Symbol.asyncDispose]());

test('every part was killed several times', () => {
  for (const count of Object.values(after.kills)) expect(count).toBeGreaterThanOrEqual(3);
});

test('every job that Redis acknowledged is completed, or is a dead letter that completes once it is redriven', () => {
  expect(after.acknowledged.length).toBeGreaterThan(100);
  expect(after.lost).toEqual([]);
});

test('only a job whose worker died as often as it may in its midst became a dead letter', () => {
  // Heartbeat and page may go on twenty times, all others three.
  for (const why of after.buried)
    expect(why).toMatch(
      /^((heartbeat|site-render) was started 20|\S+ was started 3) times and each time its worker died/,
    );
});

test('no job ran again after it had been completed', () => {
  expect(after.doubled).toEqual([]);
});

test('a killed supervisor leaves no process behind', () => {
  expect(after.orphans).toEqual([]);
});

test('after each kill of the worker alone jobs ran again within seconds', () => {
  expect(after.resumedMs.length).toBeGreaterThan(3);
  for (const ms of after.resumedMs) expect(ms).toBeLessThan(10_000);
});

test('the heart beats again, and the page says that it does', async () => {
  expect(after.seq.since).toBeGreaterThan(after.seq.atLastKill);
  const { pid } = await stack.running('edge');
  const address = await pageAddress(stack.settings.paths, pid);
  const answer = await fetch(new URL('/healthz', address?.url));
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ reason: expect.any(String) })]);
});

test('Ctrl-C then ends it in an orderly way: no process, lock or socket is left', async () => {
  const { paths } = stack.settings;
  const address = await pageAddress(paths);
  expect(await stack.stop()).toBe(0);
  expect(processesOf(paths.data)).toEqual([]);
  expect(lockOwner(paths)).toBeNull();
  expect(readdirSync(paths.sockets).filter((name) => name.endsWith('.sock'))).toEqual([]);
  await expect(fetch(address?.url ?? '')).rejects.toThrow('fetch failed');
});
