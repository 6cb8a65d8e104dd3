import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '#lib/paths.ts';
import { pageAddress } from '../../scripts/page-address.ts';
import { runProgram } from '../support/outsider.ts';
import { openStack, type Stack } from '../support/stack.ts';

const Said = z.object({
  findings: z.array(
    z.object({ subject: z.string(), state: z.string(), what: z.string(), mend: z.string().optional() }),
  ),
});
const signal = AbortSignal.timeout(60_000);

let stack: Stack;

beforeAll(async () => {
  stack = await openStack();
  await stack.start();
});

afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

async function found(subject: string, env: Readonly<Record<string, string>> = {}): Promise<object | undefined> {
  const { stdout } = await runProgram(process.execPath, [join(root, 'scripts', 'doctor.ts'), '--json'], {
    env: { OMEGA_DATA_DIR: stack.settings.paths.data, ...env },
  });
  return Said.parse(JSON.parse(stdout)).findings.find((finding) => finding.subject === subject);
}

test('while Omega runs its services and its Redis are asked', async () => {
  expect(await found('services')).toMatchObject({ state: 'fine', what: expect.stringMatching(/redis.*: ready$/) });
  expect(await found('Redis')).toMatchObject({ state: 'fine', what: expect.stringMatching(/, answers$/) });
  expect(await found('memory')).toMatchObject({
    state: 'fine',
    what: expect.stringMatching(/^model local; private Chroma with \d+\.\d MiB, answers$/),
  });
});

test('a port that is taken is only fine where the page itself is there', async () => {
  const page = (await pageAddress(stack.settings.paths))!;
  const here = `127.0.0.1:${page.port}`;
  expect(await found('port', { OMEGA_EDGE_PORT: `${page.port}` })).toMatchObject({
    state: 'fine',
    what: `the page is on ${here}`,
  });
  await using other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = z.object({ port: z.number() }).parse(other.address());
  expect(await found('port', { OMEGA_EDGE_PORT: `${port}` })).toMatchObject({
    state: 'warning',
    what: `127.0.0.1:${port} is taken by another program; the page is on ${page.port}`,
  });
});

test('a service that does not come back is a fault, with how it ended and where its log is', async () => {
  const { redisPassword } = stack.settings.paths;
  rmSync(redisPassword);
  mkdirSync(redisPassword); // A secret that cannot be read: Redis cannot be started any more.
  process.kill((await stack.running('redis')).pid, 'SIGKILL');
  for await (const { name, state } of stack.control.watch(signal)) if (name === 'redis' && state === 'backoff') break;
  expect(await found('services')).toMatchObject({
    state: 'fault',
    what: expect.stringMatching(/^redis is in (backoff|starting) \(last: .*EISDIR/),
    mend: 'npm run logs -- redis',
  });
  expect(await found('Redis')).toMatchObject({ state: 'fault' });
});
