import { expect, test } from 'vitest';
import { openChain } from '#lib/chain.ts';
import { auditStream } from '#mcp/audit.ts';
import { openField } from '../support/mcp/hub-fixture.ts';

test('a call that got no answer is not sent again unless twice is as good as once', async () => {
  await using field = openField();
  field.configure({ once: {}, again: { omega: { idempotent: ['die'], callMs: 4000 } } });
  await using hub = await field.open();
  expect(await hub.refused('once.die')).toMatchObject({ kind: 'lost', delivery: 'unknown' });
  expect(field.starts('once')).toHaveLength(1);
  await hub.refused('again.die');
  expect(field.starts('again').length).toBeGreaterThan(1);
});

test('a call that takes too long ends in time, and others go on', async () => {
  await using field = openField();
  field.configure({ small: { omega: { callMs: 4000 } } });
  await using hub = await field.open();
  await hub.ask('small.echo');
  const begunAt = performance.now();
  const [failure, other] = await Promise.all([hub.refused('small.hang'), hub.ask('small.echo', { text: 'on' })]);
  expect(failure).toMatchObject({ kind: 'timeout', delivery: 'unknown' });
  expect(performance.now() - begunAt).toBeLessThan(15_000); // Without a time of its own it would be 30 s.
  expect(other.text).toBe('on');
  expect(field.starts('small')).toHaveLength(1);
});

test('a server in a busy loop is ended once it has not answered a ping for ten seconds', async () => {
  await using field = openField();
  field.configure({ small: { omega: { callMs: 2000 } } });
  await using hub = await field.open();
  expect(await hub.refused('small.loop')).toMatchObject({ kind: 'timeout' });
  expect(field.processes()).toHaveLength(1);
  await expect.poll(() => field.processes(), { timeout: 20_000 }).toEqual([]);
  expect(hub.servers()[0]?.reachable.why).toContain('busy loop');
}, 40_000);

test('calls above the limit wait in a queue of bounded length', async () => {
  await using field = openField();
  field.configure({ small: { omega: { maxInFlight: 1, maxWaiting: 1 } } });
  await using hub = await field.open();
  await hub.ask('small.echo');
  const [first, second] = [hub.ask('small.late', { text: '200' }), hub.ask('small.late', { text: '1' })];
  expect(await hub.refused('small.echo')).toMatchObject({ kind: 'busy', delivery: 'not-sent' });
  expect((await Promise.all([first, second])).map(({ text }) => text)).toEqual(['200', '1']);
});

test('a caller that gives up is let go at once, with its own reason', async () => {
  await using field = openField();
  field.configure({ small: {} });
  await using hub = await field.open();
  await hub.ask('small.echo');
  const stop = new AbortController();
  const call = hub.ask('small.hang', {}, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await expect(call).rejects.toThrow('enough');
  expect(hub.servers()[0]?.state).toBe('ready');
});

test('an answer over the bound fails alone, on a connection that lives', async () => {
  await using field = openField();
  field.configure({ small: { omega: { maxResultBytes: 10_000 } } });
  await using hub = await field.open();
  const [failure, other] = await Promise.all([
    hub.refused('small.big', { text: '50000' }),
    hub.ask('small.echo', { text: 'fine' }),
  ]);
  expect(failure).toMatchObject({ kind: 'too-large', delivery: 'replied' });
  expect(other.text).toBe('fine');
  expect(field.starts('small')).toHaveLength(1);
});

test('once a call may have arrived, no later failure of it says that it was not sent', async () => {
  await using field = openField();
  field.configure({ small: { omega: { idempotent: ['die'], rate: '1/day' } } });
  await using hub = await field.open();
  expect(await hub.refused('small.die')).toMatchObject({ kind: 'rate-limited', delivery: 'unknown' });
  expect(await hub.refused('small.die')).toMatchObject({ kind: 'rate-limited', delivery: 'not-sent' });
});

test('a call whose time ends while it waits for the next start says why the last one failed', async () => {
  await using field = openField();
  field.configure({ small: { omega: { callMs: 1200 } } });
  field.setMode('small', { dies: true });
  await using hub = await field.open();
  const failure = await hub.refused('small.echo');
  expect(failure).toMatchObject({ kind: 'start', delivery: 'not-sent' });
  expect(failure.message).toContain('exit code 3');
});

test('an answer that is too large and says not whose it is is not asked for again', async () => {
  await using field = openField();
  field.configure({ small: { omega: { idempotent: ['*'], maxResultBytes: 10_000 } } });
  field.setMode('small', { tools: { headless: 'answers with a line that is too long and has no id' } });
  await using hub = await field.open();
  expect(await hub.refused('small.headless')).toMatchObject({ kind: 'too-large', delivery: 'unknown' });
  await hub[Symbol.asyncDispose]();
  using chain = openChain(field.paths.ledgerDb);
  expect(chain.latest(auditStream, 1)).toMatchObject([{ outcome: 'failed', kind: 'too-large', attempts: 1 }]);
});

test('a server that dies at its start is started no more than ten times in twenty seconds of calls', async () => {
  await using field = openField();
  field.configure({ small: { omega: { callMs: 2000, idempotent: ['*'] } } });
  field.setMode('small', { dies: true });
  await using hub = await field.open();
  const end = performance.now() + 20_000;
  const kinds = new Set<string>();
  while (performance.now() < end) {
    const { kind } = await hub.refused('small.echo');
    kinds.add(kind);
    if (kind === 'open') await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(field.starts('small').length).toBeLessThanOrEqual(10);
  expect(kinds).toContain('open');
  expect(hub.servers()[0]).toMatchObject({ reachable: { value: false }, lastError: { kind: 'start' } });
}, 40_000);
