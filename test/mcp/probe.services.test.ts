import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openChain } from '#lib/chain.ts';
import { systemClock } from '#lib/clock.ts';
import { auditStream } from '#mcp/audit.ts';
import { openField } from '../support/mcp/hub-fixture.ts';

const soon = (): AbortSignal => AbortSignal.timeout(30_000);
const hour = 3_600_000;
const probe = { tool: 'echo', args: { text: 'ping' }, everyMs: 6 * hour };

/** The machine's clock, some hours on. */
function laterClock(): typeof systemClock & { readonly goOn: (ms: number) => void } {
  let ahead = 0;
  return {
    ...systemClock,
    now: () => Date.now() + ahead,
    goOn: (ms) => {
      ahead += ms;
    },
  };
}

test('the first look at a server starts it and makes a real call; then it is left in peace', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['echo'], idleMs: 100, probe } } });
  await using hub = await field.open();
  expect(await hub.look('small', soon())).toMatchObject({ reachable: { value: true }, usable: { value: true } });
  await expect.poll(() => hub.servers()[0]?.state, { timeout: 10_000 }).toBe('cold');
  expect(field.processes()).toEqual([]);
  expect(await hub.look('small', soon())).toMatchObject({
    state: 'cold',
    reachable: { value: true },
    usable: { value: true },
  });
  expect(field.starts('small')).toHaveLength(1);
});

test('a server that lists its tools and was never really called is reachable, and not said to be usable', async () => {
  await using field = openField();
  field.configure({ small: {} });
  await using hub = await field.open();
  expect(await hub.look('small', soon())).toMatchObject({ reachable: { value: true }, usable: { value: null } });
});

test('looking at a running server does not keep it from being idle', async () => {
  await using field = openField();
  field.configure({ small: { omega: { idleMs: 400 } } });
  await using hub = await field.open();
  await hub.ask('small.echo');
  await expect
    .poll(
      async () => {
        await hub.look('small', soon());
        return field.processes();
      },
      { interval: 50, timeout: 10_000 },
    )
    .toEqual([]);
});

test('the real call is made again after its time, and not where a call was evidence meanwhile', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['echo', 'env'], probe } } });
  const clock = laterClock();
  const asked: string[] = [];
  await using hub = await field.open({
    clock,
    authorize: ({ unit, tool }) => {
      asked.push(`${unit} ${tool}`);
      return { allowed: true };
    },
  });
  await hub.look('small', soon());
  clock.goOn(4 * hour);
  await hub.ask('small.env');
  clock.goOn(4 * hour);
  await hub.look('small', soon());
  expect(asked).toEqual(['omega echo', 'marketing env']);
  clock.goOn(4 * hour);
  await hub.look('small', soon());
  expect(asked).toEqual(['omega echo', 'marketing env', 'omega echo']);
});

test('a probe that fails says that the server cannot be used, and is made again sooner', async () => {
  await using field = openField();
  field.configure({
    small: { omega: { allow: ['fail', 'echo'], probe: { ...probe, tool: 'fail', args: { text: 'no network' } } } },
  });
  const clock = laterClock();
  await using hub = await field.open({ clock });
  const status = await hub.look('small', soon());
  expect(status).toMatchObject({ reachable: { value: true }, usable: { value: false } });
  expect(status.usable.why).toContain('no network');
  const at = status.usable.at;
  expect((await hub.look('small', soon())).usable.at).toBe(at);
  clock.goOn(700_000);
  expect((await hub.look('small', soon())).usable.at).toBeGreaterThan(at ?? 0);
  await hub.ask('small.echo');
  expect(hub.servers()[0]?.usable.value).toBe(true);
});

test('a probe that failed is made again also where the server has gone to sleep meanwhile', async () => {
  await using field = openField();
  const failing = { ...probe, tool: 'fail', args: { text: 'no network' } };
  field.configure({ small: { omega: { allow: ['fail'], idleMs: 100, probe: failing } } });
  const clock = laterClock();
  await using hub = await field.open({ clock });
  const asleep = () => expect.poll(() => hub.servers()[0]?.state, { timeout: 10_000 }).toBe('cold');
  await hub.look('small', soon());
  await asleep();
  await hub.look('small', soon());
  expect(field.starts('small')).toHaveLength(1);
  clock.goOn(601_000);
  await hub.look('small', soon());
  await asleep();
  clock.goOn(601_000);
  await hub.look('small', soon()); // The second wait is twice the first.
  expect(field.starts('small')).toHaveLength(2);
});

test('a probe that nobody waited for is not made again each minute', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['hang'], probe: { ...probe, tool: 'hang' } } } });
  await using hub = await field.open();
  await hub.probe('small', 2, soon());
  const giveUp = new AbortController();
  const looking = hub.look('small', giveUp.signal);
  using chain = openChain(field.paths.ledgerDb);
  await expect.poll(() => chain.head(auditStream).seq).toBe(1);
  giveUp.abort(new Error('no time left'));
  await looking;
  await hub.look('small', AbortSignal.timeout(2000));
  await expect.poll(() => chain.latest(auditStream, 5)).toMatchObject([{ outcome: 'aborted' }, { outcome: 'begun' }]);
});

test('a first start without a call does not put off the first real call', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['echo'], idleMs: 100, probe } } });
  {
    await using byHand = await field.open();
    expect(await byHand.probe('small', 2, soon())).toMatchObject({
      reachable: { value: true },
      usable: { value: null },
    });
  }
  await using hub = await field.open();
  expect(await hub.look('small', soon())).toMatchObject({ usable: { value: true } });
});

test('a server is not started for a probe that its limit would not let through', async () => {
  await using field = openField();
  const failing = { ...probe, tool: 'fail', args: { text: 'no network' } };
  field.configure({ small: { omega: { allow: ['fail'], rate: '1/h', idleMs: 100, probe: failing } } });
  const clock = laterClock();
  await using hub = await field.open({ clock });
  await hub.look('small', soon());
  await expect.poll(() => hub.servers()[0]?.state, { timeout: 10_000 }).toBe('cold');
  clock.goOn(601_000);
  await hub.look('small', soon());
  expect(field.starts('small')).toHaveLength(1);
  clock.goOn(hour);
  await hub.look('small', soon());
  expect(field.starts('small')).toHaveLength(2);
});

test('how long a ping took is told while the server runs', async () => {
  await using field = openField();
  field.configure({ small: { omega: { idleMs: 300 } } });
  await using hub = await field.open();
  await hub.ask('small.echo');
  expect((await hub.look('small', soon())).pingMs).toBeGreaterThan(0);
  await expect.poll(() => hub.servers()[0]?.pingMs, { timeout: 10_000 }).toBeNull();
});

test('a refusal may pass: the probe tries the same credentials again, after its wait', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['echo', 'fail'], probe } } });
  const known = [{ name: 'small', summary: 's', readError: () => ({ kind: 'auth' as const }) }];
  const clock = laterClock();
  await using hub = await field.open({ known, clock });
  await hub.refused('small.fail', { text: '401' });
  expect(await hub.look('small', soon())).toMatchObject({ state: 'needs-auth' });
  clock.goOn(601_000);
  expect(await hub.look('small', soon())).toMatchObject({ state: 'ready', usable: { value: true } });
  expect((await hub.ask('small.echo', { text: 'in' })).text).toBe('in');
});

test('tools are listed again each hour while a server runs', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['echo'] } } });
  const clock = laterClock();
  await using hub = await field.open({ clock });
  await hub.ask('small.echo');
  await hub.look('small', soon());
  expect(hub.servers()[0]?.notes).toHaveLength(1);
  clock.goOn(hour + 1);
  expect(await hub.look('small', soon())).toMatchObject({ state: 'ready', tools: { allowed: 1 } });
  expect(field.starts('small')).toHaveLength(1);
});

test.each([
  ['needs-auth', { env: { KEY: '${NO_SUCH_KEY}' } }],
  ['disabled', { disabled: true }],
])('a server that is %s is never started, whoever looks', async (state, entry) => {
  await using field = openField();
  field.configure({ small: entry });
  await using hub = await field.open();
  expect((await hub.look('small', soon())).state).toBe(state);
  expect((await hub.probe('small', 3, soon())).state).toBe(state);
  expect(field.starts('small')).toEqual([]);
});

test('a probe by hand ends a refusal, and the process that was refused knows it', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['echo', 'fail'], probe } } });
  const known = [{ name: 'small', summary: 's', readError: () => ({ kind: 'auth' as const }) }];
  await using worker = await field.open({ known });
  await worker.refused('small.fail', { text: '401' });
  expect(await worker.refused('small.echo')).toMatchObject({ kind: 'auth' });
  {
    await using byHand = await field.open({ known });
    expect(byHand.servers()[0]?.state).toBe('needs-auth');
    expect(await byHand.probe('small', 3, soon())).toMatchObject({ usable: { value: true } });
  }
  expect((await worker.ask('small.echo', { text: 'in' })).text).toBe('in');
});

test('a probe never throws, and says what is wrong', async () => {
  await using field = openField();
  field.configure({ gone: { command: '/nonexistent/server', omega: { allow: ['*'] } } });
  await using hub = await field.open();
  const status = await hub.probe('gone', 3, soon());
  expect(status).toMatchObject({ reachable: { value: false }, usable: { value: null }, lastError: { kind: 'start' } });
  await expect(hub.probe('nobody', 1, soon())).rejects.toThrow('There is no tool server nobody');
});

test('a server that failed is looked at again, and found well', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['echo'], probe } } });
  field.setMode('small', { dies: true });
  await using hub = await field.open();
  expect(await hub.look('small', soon())).toMatchObject({ state: 'backoff', reachable: { value: false } });
  field.setMode('small', {});
  await expect
    .poll(() => hub.look('small', soon()), { timeout: 5000 })
    .toMatchObject({ state: 'ready', usable: { value: true } });
});

test('what ends soon is asked for each hour, with the values of the entry', async () => {
  await using field = openField();
  field.configure({ small: { env: { WORD: 'w' } } });
  const seen: unknown[] = [];
  const warn = async (context: { folder: string; env: Readonly<Record<string, string>> }) => {
    seen.push([context.folder, context.env]);
    return { reason: 'the token ends on Friday', command: 'npm run x' };
  };
  await using hub = await field.open({ known: [{ name: 'small', summary: 's', warn }] });
  await hub.look('small', soon());
  const status = await hub.look('small', soon());
  expect(status.warning).toEqual({ reason: 'the token ends on Friday', command: 'npm run x' });
  expect(seen).toEqual([[join(field.paths.mcp, 'small'), { WORD: 'w' }]]);
});

test('a call by hand beside the worker leaves the word on the worker as it is', async () => {
  await using field = openField();
  field.configure({ small: {} });
  const worker = fork(join(import.meta.dirname, '../support/mcp/hub-owner.ts'), [field.paths.data], {
    env: { PATH: process.env['PATH'], OMEGA_DATA_DIR: field.paths.data },
  });
  await once(worker, 'message');
  const [pid] = field.processes();
  {
    await using byHand = await field.open();
    await byHand.ask('small.echo');
    expect(byHand.servers()[0]).toMatchObject({ state: 'ready', pid: field.starts('small')[1] });
  }
  await using list = await field.open();
  expect(list.servers()[0]).toMatchObject({ state: 'ready', pid });
  worker.disconnect();
  await once(worker, 'exit');
  expect(list.servers()[0]).toMatchObject({ state: 'cold', pid: null });
});

test('a server that was started in the moment in which its Omega was killed is ended by the next one', async () => {
  await using field = openField();
  field.configure({ small: { command: 'sleep', args: ['60'], omega: { allow: ['*'] } } });
  const owner = fork(join(import.meta.dirname, '../support/mcp/dies-in-spawn.ts'), [field.paths.data], {
    env: { PATH: process.env['PATH'], OMEGA_DATA_DIR: field.paths.data },
  });
  await once(owner, 'exit');
  expect(field.processes()).toHaveLength(1);
  await using next = await field.open();
  await expect.poll(() => field.processes()).toEqual([]);
  expect(next.servers()[0]).toMatchObject({ state: 'cold' });
});

test('what a killed Omega left running is ended by the next one, and what a living one runs is not', async () => {
  await using field = openField();
  field.configure({ small: { omega: { probe } } });
  const owner = fork(join(import.meta.dirname, '../support/mcp/hub-owner.ts'), [field.paths.data], {
    env: { PATH: process.env['PATH'], OMEGA_DATA_DIR: field.paths.data },
  });
  await once(owner, 'message');
  const [pid] = field.processes();
  expect(pid).toBe(field.starts('small')[0]);
  {
    await using beside = await field.open();
    expect(beside.servers()[0]).toMatchObject({ state: 'ready', pid });
    expect(field.processes()).toEqual([pid]);
  }
  process.kill(pid ?? 0, 'SIGSTOP'); // So that it does not notice by itself that its stdin ended.
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  expect(field.processes()).toEqual([pid]);
  await using next = await field.open();
  await expect.poll(() => field.processes()).toEqual([]);
  expect(next.servers()[0]).toMatchObject({ state: 'cold', pid: null });
});
