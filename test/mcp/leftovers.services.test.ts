import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connect, type Connection } from '#mcp/connect.ts';
import { reapLeftovers } from '#mcp/leftovers.ts';
import { badOptions, callText, connectBad, faultOf, spawnRecorder } from '../support/mcp/bad.ts';

/** Vitest would wait for a second; a busy machine needs longer to start or end a process. */
const patient = { timeout: 20_000 };

/** Everything that still carries a run in its environment. */
async function survivors(run: string): Promise<string[]> {
  const found = spawn('grep', [
    '-slz',
    `^OMEGA_MCP_RUN=${run}$`,
    '-r',
    '/proc',
    '--include=environ',
    '--exclude-dir=task',
  ]);
  let text = '';
  found.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(found, 'close');
  return text.split('\n').filter((path) => /^\/proc\/\d+\/environ$/.test(path));
}

async function startBad(habits: readonly string[]): Promise<{ connection: Connection; run: string; pid: number }> {
  const recorder = spawnRecorder();
  const connection = await connectBad(habits, recorder);
  return { connection, run: recorder.spawned[0]?.run ?? '', pid: connection.pid ?? 0 };
}

test('a server ends when its input does', async () => {
  const { connection, run } = await startBad([]);
  await connection[Symbol.asyncDispose]();
  expect(await connection.closed).toBe('closed by Omega');
  expect(await survivors(run)).toEqual([]);
});

test('a server that heeds neither the end of its input nor TERM is killed', async () => {
  const { connection, run } = await startBad(['ignores-eof', 'ignores-term']);
  const start = performance.now();
  await connection[Symbol.asyncDispose]();
  expect(await survivors(run)).toEqual([]);
  expect(performance.now() - start).toBeLessThan(4000);
});

test('a grandchild that left the process group is ended at the close', async () => {
  const { connection, run } = await startBad(['escapes']);
  await vi.waitFor(async () => expect(await survivors(run)).toHaveLength(2), patient);
  await connection[Symbol.asyncDispose]();
  expect(await survivors(run)).toEqual([]);
});

test('a grandchild is ended as well when the server is killed by somebody else', async () => {
  const { connection, run, pid } = await startBad(['escapes']);
  await vi.waitFor(async () => expect(await survivors(run)).toHaveLength(2), patient);
  process.kill(pid, 'SIGKILL');
  expect(await connection.closed).toBe('killed by SIGKILL');
  await vi.waitFor(async () => expect(await survivors(run)).toEqual([]), patient);
});

test('many closes are one, and closing what has ended is nothing', async () => {
  const { connection, pid } = await startBad([]);
  process.kill(pid, 'SIGKILL');
  await Promise.all([connection[Symbol.asyncDispose](), connection[Symbol.asyncDispose]()]);
  await connection[Symbol.asyncDispose]();
  expect(await faultOf(callText(connection, 'echo'))).toBe('lost not-sent');
});

test('a close in the middle of a call fails it as unknown', async () => {
  const { connection } = await startBad([]);
  const call = faultOf(callText(connection, 'silence'));
  await connection.ping(new AbortController().signal, 5000);
  await connection[Symbol.asyncDispose]();
  expect(await call).toBe('lost unknown');
});

test('what a dead Omega left is ended by its record', async () => {
  const recorder = spawnRecorder();
  const connection = await connect(await badOptions(['ignores-eof', 'ignores-term', 'escapes'], recorder));
  onTestFinished(() => connection[Symbol.asyncDispose]());
  const { run = '' } = recorder.spawned[0] ?? {};
  await vi.waitFor(async () => expect(await survivors(run)).toHaveLength(2), patient);
  expect(await reapLeftovers(recorder.spawned)).toBe(2);
  expect(await survivors(run)).toEqual([]);
});

test('another process that has a recorded pid by now is left alone', async () => {
  const stranger = spawn('sleep', ['60'], { detached: true });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  await once(stranger, 'spawn');
  const record = { pid: stranger.pid ?? 0, startTicks: '1', run: crypto.randomUUID() };
  expect(await reapLeftovers([record, { ...record, startTicks: '' }, { pid: 0, startTicks: '', run: '' }])).toBe(0);
  expect(readFileSync(`/proc/${stranger.pid}/stat`, 'utf8')).toContain('(sleep)');
});
