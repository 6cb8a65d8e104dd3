import { expect, test, vi } from 'vitest';
import { messageOf } from '#lib/errors.ts';
import { connect } from '#mcp/connect.ts';
import { badOptions, callText, connectBad, faultOf, spawnRecorder } from '../support/mcp/bad.ts';

/** Vitest would wait for a second; a busy machine needs longer to start or end a process. */
const patient = { timeout: 20_000 };

test('a connection tells its process, its protocol and its era', async () => {
  const recorder = spawnRecorder();
  const connection = await connectBad([], recorder);
  expect(connection).toMatchObject({ protocol: '2025-11-25', era: 'legacy' });
  expect(recorder.spawned).toEqual([
    { pid: connection.pid, startTicks: expect.stringMatching(/^\d+$/), run: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  ]);
});

test('a process gets the environment that it is given, its run, and nothing of ours', async () => {
  const recorder = spawnRecorder();
  const connection = await connectBad([], recorder);
  const seen = JSON.parse(await callText(connection, 'environment'));
  expect(seen).toEqual({ PATH: process.env['PATH'], OMEGA_MCP_RUN: recorder.spawned[0]?.run });
});

test('a process that dies at its start is a start fault with its last words', async () => {
  const error = await connect(await badOptions(['complains', 'dies-at-start'])).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    kind: 'start',
    delivery: 'not-sent',
    message: expect.stringContaining('no configuration found'),
  });
  expect(error).toMatchObject({ message: expect.stringContaining('exit code 3') });
});

test('how a process that dies at its start ended is told each time, whatever is noticed first', async () => {
  const { target, ...options } = await badOptions();
  const dies = {
    ...target,
    kind: 'stdio',
    command: 'sh',
    args: ['-c', 'echo boom >&2; exit 3'],
    env: {},
    cwd: '/',
  } as const;
  for (let time = 0; time < 10; time += 1) {
    const error = await connect({ ...options, target: dies }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(/exit code 3\nIts last words:\nboom$/) });
  }
});

test('a secret is gone before words are cut, so that no half of it is left', async () => {
  const secret = 'first line of a key\nsecond line of a key';
  const redact = (text: string): string => text.replaceAll(secret, '[redacted]');
  const { target, ...options } = await badOptions([], { redact });
  const rest = 4096 - 'second line of a key'.length;
  const args = ['-c', `printf '%s' "$KEY" >&2; printf '%${rest}s' end >&2; exit 3`];
  const leaks = { ...target, kind: 'stdio', command: 'sh', args, env: { KEY: secret }, cwd: '/' } as const;
  const error = await connect({ ...options, target: leaks }).catch((thrown: unknown) => thrown);
  expect(String(error)).toContain('end');
  expect(String(error)).not.toContain('of a key');
  const message = `${'x'.repeat(450)} ${secret}`;
  const refusal = await callText(await connectBad([], { redact }), 'refuse', { args: { message } }).catch(String);
  expect(refusal).toContain('[redacted]');
});

test('what a process greets with on standard output is among its last words', async () => {
  const error = await connect(await badOptions(['greets', 'mute'], { startTimeoutMs: 1000 })).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ kind: 'start', message: expect.stringContaining('Welcome!') });
});

test('a command that is not there is a start fault, said once', async () => {
  const options = await badOptions();
  const target = { ...options.target, kind: 'stdio', command: 'no-such-command', args: [], env: {}, cwd: '/' } as const;
  const error = await connect({ ...options, target }).catch((thrown: unknown) => thrown);
  expect(await faultOf(Promise.reject(error))).toBe('start not-sent');
  expect(messageOf(error).match(/ENOENT/g)).toHaveLength(1);
});

test('the start time-out covers the handshake, and leaves no process', async () => {
  const recorder = spawnRecorder();
  const options = await badOptions(['mute'], { startTimeoutMs: 1000, ...recorder });
  expect(await faultOf(connect(options))).toBe('start not-sent');
  expect(() => process.kill(recorder.spawned[0]?.pid ?? 0, 0)).toThrow('ESRCH');
});

test('a start that the caller gives up throws the reason, and leaves no process', async () => {
  const recorder = spawnRecorder();
  const giveUp = new AbortController();
  const options = await badOptions(['mute'], { signal: giveUp.signal, ...recorder });
  const starting = connect(options);
  await vi.waitFor(() => expect(recorder.spawned).toHaveLength(1), patient);
  giveUp.abort(new Error('never mind'));
  await expect(starting).rejects.toThrow('never mind');
  await vi.waitFor(() => expect(() => process.kill(recorder.spawned[0]?.pid ?? 0, 0)).toThrow('ESRCH'), patient);
});

test('a call that times out is unknown, and cancelled at the server', async () => {
  const connection = await connectBad();
  expect(await faultOf(callText(connection, 'silence', { timeoutMs: 100 }))).toBe('timeout unknown');
  expect(await callText(connection, 'cancelled')).toMatch(/^\d+$/);
});

test('a call that the caller gives up throws the reason, and is cancelled at the server', async () => {
  const connection = await connectBad();
  const giveUp = new AbortController();
  const call = callText(connection, 'silence', { signal: giveUp.signal });
  await connection.ping(new AbortController().signal, 5000);
  giveUp.abort(new Error('no longer needed'));
  await expect(call).rejects.toThrow('no longer needed');
  expect(await callText(connection, 'cancelled')).toMatch(/^\d+$/);
});

test('a signal that is aborted beforehand sends nothing', async () => {
  const connection = await connectBad();
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(callText(connection, 'die', { signal })).rejects.toThrow('too late');
  expect(await callText(connection, 'echo', { args: { say: 'alive' } })).toBe('alive');
});

test.for([
  ['refuse', 'tool-error replied'],
  ['nonsense', 'tool-error replied'],
] as const)('an answer of %s is %s', async ([tool, fault]) => {
  expect(await faultOf(callText(await connectBad(), tool))).toBe(fault);
});

test('a tool that says it failed is a result, not a fault of the connection', async () => {
  const connection = await connectBad();
  const result = await connection.call('fail', {}, { signal: new AbortController().signal, timeoutMs: 5000 });
  expect(result).toMatchObject({ isError: true, content: [{ type: 'text', text: 'it went wrong' }] });
});

test('a block of a kind that is not known yet does not cost the result', async () => {
  const connection = await connectBad();
  const result = await connection.call('novel', {}, { signal: new AbortController().signal, timeoutMs: 5000 });
  expect(result).toEqual({ content: [{ type: 'hologram', data: 1 }], structuredContent: [1, 2], isError: false });
});

test('a server that asks for roots is told that there are none to be had', async () => {
  expect(await callText(await connectBad(), 'ask')).toBe('asked');
});

test('changes of the tools are told at once, and then at most once in five seconds', async () => {
  const onToolsChanged = vi.fn<() => void>();
  const connection = await connectBad([], { onToolsChanged });
  expect(await callText(connection, 'change-tools')).toBe('changed');
  expect(await callText(connection, 'change-tools')).toBe('changed');
  expect(onToolsChanged).toHaveBeenCalledTimes(1);
});

test('all tools of all pages are listed, each as it came', async () => {
  const { tools, dropped } = await (await connectBad()).listTools(new AbortController().signal);
  expect(tools.map(({ name }) => name)).toEqual(['echo', 'big']);
  expect(tools[0]?.raw).toEqual({
    name: 'echo',
    description: 'x',
    inputSchema: { type: 'object' },
    'x-mcp-note': 'kept',
  });
  expect(dropped).toEqual([]);
});
