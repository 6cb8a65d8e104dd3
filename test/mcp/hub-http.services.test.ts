import { expect, test } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { openField, type HubField } from '../support/mcp/hub-fixture.ts';
import { startBadHttp, type Misbehaviour } from '../support/mcp/bad-http.ts';

const soon = (): AbortSignal => AbortSignal.timeout(30_000);
const omega = { allow: ['*'], probe: { tool: 'echo' } };

async function configured(field: HubField, misbehave: Misbehaviour): Promise<{ asked: (method: string) => number }> {
  const { url, seen } = await startBadHttp(misbehave);
  field.configure({ web: { url: url.href, omega } });
  return { asked: (method) => seen.filter(({ message }) => message?.method === method).length };
}

function laterClock(): typeof systemClock & { goOn: (ms: number) => void } {
  let ahead = 0;
  return { ...systemClock, now: () => Date.now() + ahead, goOn: (ms) => void (ahead += ms) };
}

test('a session that the server forgot is begun anew, and the call that met it is sent once more', async () => {
  await using field = openField();
  let calls = 0;
  const { asked } = await configured(field, ({ message, response }) => {
    if (message.method !== 'tools/call') return false;
    calls += 1;
    if (calls === 2) response.writeHead(404).end();
    return calls === 2;
  });
  await using hub = await field.open();
  await hub.ask('web.echo', { say: 'one' });
  expect((await hub.ask('web.echo', { say: 'two' })).text).toBe('two');
  expect([asked('initialize'), calls]).toEqual([2, 3]);
});

test('a server that refuses the credentials at the door is no fault, and is tried again after its wait', async () => {
  await using field = openField();
  let isOpen = false;
  const { asked } = await configured(field, ({ response }) => {
    if (!isOpen) response.writeHead(401).end();
    return !isOpen;
  });
  const clock = laterClock();
  await using hub = await field.open({ clock });
  expect(await hub.refused('web.echo')).toMatchObject({ kind: 'auth', delivery: 'replied' });
  expect(await hub.refused('web.echo')).toMatchObject({ kind: 'auth', delivery: 'not-sent' });
  isOpen = true;
  expect(await hub.look('web', soon())).toMatchObject({ state: 'needs-auth', lastError: { kind: 'auth' } });
  expect(asked('initialize')).toBe(0);
  clock.goOn(601_000);
  expect(await hub.look('web', soon())).toMatchObject({ state: 'ready', usable: { value: true } });
});

test('a refusal that lasts is tried after waits that grow', async () => {
  await using field = openField();
  const asked: number[] = [];
  const clock = laterClock();
  await configured(field, ({ response }) => {
    asked.push(clock.now());
    response.writeHead(401).end();
    return true;
  });
  await using hub = await field.open({ clock });
  await hub.refused('web.echo');
  for (let minute = 1; minute <= 60; minute += 1) {
    clock.goOn(60_000);
    await hub.look('web', soon());
  }
  const minutes = asked.map((at) => Math.round((at - (asked[0] ?? 0)) / 60_000));
  expect([...new Set(minutes)]).toEqual([0, 10, 20, 40]);
});

test('a server that asks for a pause at the door is left alone as long as it says', async () => {
  await using field = openField();
  let isBusy = true;
  const { asked } = await configured(field, ({ response }) => {
    if (isBusy) response.writeHead(429, { 'retry-after': '60' }).end();
    return isBusy;
  });
  const clock = laterClock();
  await using hub = await field.open({ clock });
  expect(await hub.refused('web.echo')).toMatchObject({ kind: 'rate-limited', retryAfterMs: 60_000 });
  isBusy = false;
  const paused = await hub.refused('web.echo');
  expect(paused).toMatchObject({ kind: 'rate-limited', delivery: 'not-sent' });
  expect(await hub.look('web', soon())).toMatchObject({ state: 'cold', lastError: { kind: 'rate-limited' } });
  expect(asked('initialize')).toBe(0);
  clock.goOn(61_000);
  expect((await hub.ask('web.echo', { say: 'now' })).text).toBe('now');
});
