import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openField } from '../support/mcp/hub-fixture.ts';

test('a call starts its server, gives the text, and leaves out what is not text', async () => {
  await using field = openField();
  field.configure({ small: {} });
  await using hub = await field.open();
  expect(hub.servers()[0]).toMatchObject({ state: 'cold', pid: null });
  const result = await hub.ask('small.echo', { text: 'hello' });
  expect(result).toMatchObject({ text: 'hello', otherBlocks: ['image'], bytes: 5 });
  expect(hub.servers()[0]).toMatchObject({ state: 'ready', pid: field.starts('small')[0], usable: { value: true } });
});

test('many first calls at once start one server', async () => {
  await using field = openField();
  field.configure({ small: {} });
  await using hub = await field.open();
  const texts = await Promise.all(Array.from({ length: 20 }, (_, n) => hub.ask('small.echo', { text: `${n}` })));
  expect(texts.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
  expect(field.starts('small')).toHaveLength(1);
});

test('an idle server is ended, and started again when it is asked for', async () => {
  await using field = openField();
  field.configure({ small: { omega: { idleMs: 100 } } });
  await using hub = await field.open();
  await hub.ask('small.echo');
  await expect.poll(() => hub.servers()[0]?.state, { timeout: 10_000 }).toBe('cold');
  expect(field.processes()).toEqual([]);
  expect(hub.servers()[0]).toMatchObject({ state: 'cold', pid: null });
  await hub.ask('small.echo');
  expect(field.starts('small')).toHaveLength(2);
});

test('closing the hub ends every process and waits for calls that are nearly done', async () => {
  await using field = openField();
  field.configure({ one: {}, two: {} });
  const hub = await field.open();
  await hub.ask('one.echo');
  const late = hub.ask('two.late', { text: '300' });
  await expect.poll(() => hub.servers()[1]?.state).toBe('ready');
  await hub[Symbol.asyncDispose]();
  expect((await late).text).toBe('300');
  expect(field.processes()).toEqual([]);
});

test('a server gets PATH and what its entry declares, in an empty folder of its own', async () => {
  await using field = openField();
  field.configure({ small: { env: { WORD: '${WORD}' } } });
  await using hub = await field.open({
    variables: { WORD: 'from outside', HOME: '/root', BRAVE_API_KEY: 'not-for-you' },
  });
  const about = JSON.parse((await hub.ask('small.env')).text);
  expect(about.names.toSorted()).toEqual(['OMEGA_MCP_RUN', 'PATH', 'WORD']);
  expect(about.cwd).toBe(join(field.paths.mcp, 'small'));
});

test('a server with egress hosts is sent through the proxy, with a password of its own', async () => {
  await using field = openField();
  field.configure({ small: { omega: { egress: ['api.example.org'] } } });
  await using hub = await field.open();
  const about = JSON.parse((await hub.ask('small.env')).text);
  expect(about.proxy).toMatch(/^http:\/\/small:[\w-]+@127\.0\.0\.1:\d+$/);
  expect(about.names).toContain('NODE_USE_ENV_PROXY');
});

test('what a result marked as an error means is read by the file of its server', async () => {
  await using field = openField();
  field.configure({ small: { omega: { idempotent: ['*'] } } });
  const readError = (text: string) =>
    text === 'none'
      ? { kind: 'empty' as const }
      : text === 'slow down'
        ? { kind: 'rate-limited' as const, retryAfterMs: 60_000 }
        : { kind: 'tool-error' as const };
  await using hub = await field.open({ known: [{ name: 'small', summary: 'a small one', readError }] });
  expect(await hub.ask('small.fail', { text: 'none' })).toMatchObject({ text: '', bytes: 0 });
  const failure = await hub.refused('small.fail', { text: 'no such file' });
  expect(failure).toMatchObject({ kind: 'tool-error', delivery: 'replied' });
  expect(failure.message).toContain('no such file');
  expect(await hub.refused('small.fail', { text: 'slow down' })).toMatchObject({ kind: 'rate-limited' });
  const paused = await hub.refused('small.echo');
  expect(paused).toMatchObject({ kind: 'rate-limited', delivery: 'not-sent' });
  expect(paused.retryAfterMs).toBeGreaterThan(50_000);
  expect(hub.servers()[0]?.state).toBe('ready');
});

test('a rate is kept by the next process', async () => {
  await using field = openField();
  field.configure({ small: { omega: { rate: '2/day' } } });
  {
    await using hub = await field.open();
    await hub.ask('small.echo');
  }
  await using hub = await field.open();
  await hub.ask('small.echo');
  expect(await hub.refused('small.echo')).toMatchObject({ kind: 'rate-limited', delivery: 'not-sent' });
});

test('calls within a second rate wait for their turn', async () => {
  await using field = openField();
  field.configure({ small: { omega: { rate: '1/s' } } });
  await using hub = await field.open();
  await hub.ask('small.echo');
  const begunAt = performance.now();
  await Promise.all([hub.ask('small.echo'), hub.ask('small.echo')]);
  expect(performance.now() - begunAt).toBeGreaterThan(1500);
});
