import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openChain } from '#lib/chain.ts';
import { createLog } from '#lib/log.ts';
import { auditStream } from '#mcp/audit.ts';
import type { CallRequest } from '#mcp/authorize.ts';
import { openField } from '../support/mcp/hub-fixture.ts';

test.each([
  ['an unknown server', 'nobody.echo', 'denied'],
  ['a name without a server', 'echo', 'denied'],
  ['a name without a tool', 'small.', 'denied'],
  ['a tool that is not allowed', 'small.env', 'denied'],
  ['a name that every object has', 'small.constructor', 'denied'],
  ['a server that is switched off', 'off.echo', 'denied'],
  ['a server that waits for its key', 'keyless.echo', 'auth'],
  ['a server for another unit', 'theirs.echo', 'denied'],
])('%s is refused before anything is started', async (_what, tool, kind) => {
  await using field = openField();
  field.configure({
    small: { omega: { allow: ['echo'] } },
    off: { disabled: true },
    keyless: { env: { KEY: '${NO_SUCH_KEY}' } },
    theirs: { omega: { units: ['sales'] } },
  });
  await using hub = await field.open();
  expect(await hub.refused(tool)).toMatchObject({ kind, delivery: 'not-sent' });
  expect(field.processes()).toEqual([]);
});

test('the owner may call what no unit may, and Omega itself only the probe', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['echo', 'env'], units: [], probe: { tool: 'echo' } } } });
  await using hub = await field.open();
  await hub.ask('small.env', {}, { unit: 'owner' });
  await hub.ask('small.echo', {}, { unit: 'omega' });
  expect(await hub.refused('small.env', {}, { unit: 'omega' })).toMatchObject({ kind: 'denied' });
  expect(await hub.refused('small.hang', {}, { unit: 'owner' })).toMatchObject({ kind: 'denied' });
});

test('every call is authorised with what it would touch: the widest where the server is not known', async () => {
  await using field = openField();
  field.configure({ node: { omega: { read: ['/etc/hostname'] } }, any: { command: 'sh', omega: { allow: ['*'] } } });
  const requests: CallRequest[] = [];
  await using hub = await field.open({
    authorize: (request) => {
      requests.push(request);
      return { allowed: false, reason: 'not today', hint: 'ask tomorrow' };
    },
  });
  const failure = await hub.refused('node.echo', { text: 'x' }, { run: 'run-7' });
  expect(failure).toMatchObject({ kind: 'denied', message: 'not today', hint: 'ask tomorrow' });
  await hub.refused('any.echo');
  const folder = join(field.paths.data, 'servers', 'node');
  expect(requests).toMatchObject([
    {
      unit: 'marketing',
      run: 'run-7',
      server: 'node',
      tool: 'echo',
      args: { text: 'x' },
      reach: { reads: ['/etc/hostname'], writes: [folder] },
    },
    { server: 'any', reach: { reads: ['/'], writes: ['/'] } },
  ]);
  expect(field.processes()).toEqual([]);
});

test('where the mandate cannot be asked the call is refused', async () => {
  await using field = openField();
  field.configure({ small: {} });
  await using hub = await field.open({ authorize: () => Promise.reject(new Error('the disk is gone')) });
  expect(await hub.refused('small.echo')).toMatchObject({ kind: 'denied', delivery: 'not-sent' });
});

test('a mandate that is changed after it was asked changes nothing: what is sent is what was authorised', async () => {
  await using field = openField();
  field.configure({ small: {} });
  const args = { text: 'as authorised' };
  await using hub = await field.open({
    authorize: () => {
      args.text = 'changed meanwhile';
      return { allowed: true };
    },
  });
  expect((await hub.ask('small.echo', args)).text).toBe('as authorised');
});

test.each([
  ['too large', { text: 'x'.repeat(2000) }],
  ['too deep', { text: JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) }],
  ['no JSON', { text: 1n }],
])('arguments that are %s are refused', async (_what, args) => {
  await using field = openField();
  field.configure({ small: { omega: { maxArgsBytes: 1000 } } });
  await using hub = await field.open();
  expect(await hub.refused('small.echo', args)).toMatchObject({ kind: 'denied', delivery: 'not-sent' });
});

test('credentials that are refused are not sent again, also by the next process, until they change', async () => {
  await using field = openField();
  field.configure({ small: { env: { KEY: '${KEY}' } } });
  const known = [{ name: 'small', summary: 'a small one', readError: () => ({ kind: 'auth' as const }) }];
  {
    await using hub = await field.open({ known, variables: { KEY: 'wrong-key' } });
    expect(await hub.refused('small.fail', { text: '401 for wrong-key' })).toMatchObject({ kind: 'auth' });
    expect(await hub.refused('small.echo')).toMatchObject({ kind: 'auth', delivery: 'not-sent' });
    expect(hub.servers()[0]).toMatchObject({ state: 'needs-auth', usable: { value: false } });
    expect(JSON.stringify(hub.servers())).not.toContain('wrong-key');
  }
  {
    await using hub = await field.open({ known, variables: { KEY: 'wrong-key' } });
    expect(await hub.refused('small.echo')).toMatchObject({ kind: 'auth', delivery: 'not-sent' });
  }
  await using hub = await field.open({ known, variables: { KEY: 'better-key' } });
  expect((await hub.ask('small.echo', { text: 'in' })).text).toBe('in');
  expect(hub.servers()[0]).toMatchObject({ state: 'ready', usable: { value: true } });
});

test('every call stands in the audit with what became of it, and nothing that it said', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['echo', 'fail'], idempotent: ['echo'] } } });
  {
    await using hub = await field.open();
    const { callId } = await hub.ask('small.echo', { text: 'a private word' });
    await hub.refused('small.fail', { text: 'a private word' });
    await hub.refused('small.env');
    await hub.refused('x'.repeat(5000));
    expect(callId).toMatch(/^[0-9a-f-]{36}$/);
  }
  using chain = openChain(field.paths.ledgerDb);
  expect(chain.verify(auditStream)).toMatchObject({ ok: true, count: 5 });
  const lines = [...chain.export(auditStream)];
  expect(lines.join('')).not.toContain('private');
  expect(lines.join('').length).toBeLessThan(4000);
  const records = lines.map((line) => JSON.parse(line).record);
  expect(records).toMatchObject([
    {
      outcome: 'ok',
      kind: null,
      unit: 'marketing',
      run: 'test',
      server: 'small',
      tool: 'echo',
      attempts: 1,
      bytes: 14,
    },
    { outcome: 'begun', kind: null, tool: 'fail', attempts: 1 },
    { outcome: 'failed', kind: 'tool-error', attempts: 1 },
    { outcome: 'denied', kind: 'denied', tool: 'env', attempts: 0, pin: null },
    { outcome: 'denied', kind: 'denied', server: '' },
  ]);
  expect(records[0].pin).toMatch(/^[0-9a-f]{64}$/);
  expect(records[0].args).toMatch(/^[0-9a-f]{64}$/);
  expect(records[1].callId).toBe(records[2].callId);
});

test('secrets stand in no error, status or log', async () => {
  await using field = openField();
  mkdirSync(field.paths.mcp, { recursive: true });
  const script = join(field.paths.mcp, 'leaky.js');
  writeFileSync(script, `console.error('cannot use ' + process.env.KEY); process.exit(1)`);
  field.configure({
    leaky: { command: process.execPath, args: [script], env: { KEY: '${KEY}' }, omega: { allow: ['*'], callMs: 1000 } },
  });
  const lines: string[] = [];
  const log = createLog({ name: 'test', write: (line) => lines.push(line) });
  await using hub = await field.open({ variables: { KEY: 'sk-very-secret' }, log });
  const failure = await hub.refused('leaky.x');
  expect(failure.message).not.toContain('sk-very-secret');
  expect(JSON.stringify(hub.servers())).toContain('cannot use [redacted]');
  expect(JSON.stringify([hub.servers(), lines])).not.toContain('sk-very-secret');
});
