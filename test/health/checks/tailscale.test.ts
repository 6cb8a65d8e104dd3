import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Finding } from '#holding/health/check.ts';
import tailscale, { judgeTailscale } from '#holding/health/checks/tailscale.ts';
import { fakeLocalApi, tailscaleStatus } from '../../support/fake-tailscale.ts';
import { hour, noon, probesOf, say, stillClock } from '../../support/health.ts';

const day = 24 * hour;

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'omega-ts-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function lookAt(tailscaleSocket: string, timeoutMs = 5000): Promise<Finding> {
  const signal = AbortSignal.timeout(timeoutMs);
  return tailscale.run({ signal, clock: stillClock(noon), probes: probesOf({ tailscaleSocket }) });
}

async function lookAtOne(answer: RequestListener, timeoutMs?: number): Promise<Finding> {
  const api = await fakeLocalApi(await folder(), answer);
  onTestFinished(() => api[Symbol.asyncDispose]());
  return lookAt(api.path, timeoutMs);
}

function saying(status: object | string): RequestListener {
  return (_request, response) => response.end(typeof status === 'string' ? status : JSON.stringify(status));
}

test('one that runs is well', async () => {
  const finding = await lookAtOne(saying(tailscaleStatus()));
  expect([finding.status, say(finding.reason)]).toEqual(['ok', 'Runs; its key ends in 181 days']);
});

test('an older one, and one whose key has no end, are well too', async () => {
  expect(await lookAtOne(saying({ BackendState: 'Running', Self: {}, Peer: {} }))).toMatchObject({ status: 'ok' });
  expect(await lookAtOne(saying(tailscaleStatus({ Self: { KeyExpiry: null } })))).toMatchObject({ status: 'ok' });
  expect(await lookAtOne(saying(tailscaleStatus({ Self: { KeyExpiry: '0001-01-01T00:00:00Z' } })))).toMatchObject({
    status: 'ok',
  });
});

test.each([
  ['Stopped', 'Is switched off (Stopped)'],
  ['NeedsLogin', 'Is not signed in'],
  ['NeedsMachineAuth', 'Waits for an admin of the tailnet'],
])('in the state %s it is down without a doubt, with what to do', async (BackendState, said) => {
  const finding = await lookAtOne(saying(tailscaleStatus({ BackendState })));
  expect(finding).toMatchObject({ status: 'fail', explicit: true, todo: { minutes: expect.any(Number) } });
  expect(say(finding.reason)).toBe(said);
});

test('a key is told of two weeks before its end, and is down after it', () => {
  const at = { state: 'Running', name: 'nuc.tail1234.ts.net', keyExpired: false, hasCertificates: true };
  expect(judgeTailscale({ ...at, keyExpiresAt: noon + 14 * day }, noon).status).toBe('ok');
  expect(judgeTailscale({ ...at, keyExpiresAt: noon + 14 * day - 1 }, noon)).toMatchObject({
    status: 'warn',
    todo: { command: 'https://login.tailscale.com/admin/machines' },
  });
  expect(judgeTailscale({ ...at, keyExpiresAt: noon }, noon)).toMatchObject({ status: 'fail', explicit: true });
  expect(judgeTailscale({ ...at, state: 'NeedsLogin', keyExpiresAt: null, keyExpired: true }, noon)).toMatchObject({
    status: 'fail',
  });
});

test('where there is none, or nobody ever signed in, it is off', async () => {
  expect(await lookAt(join(await folder(), 'tailscaled.sock'))).toMatchObject({ status: 'off' });
  expect(await lookAtOne(saying({ BackendState: 'NeedsLogin', Self: { DNSName: '' } }))).toMatchObject({
    status: 'off',
  });
});

test('a socket on which nobody answers is a service that does not run', async () => {
  const path = join(await folder(), 'tailscaled.sock');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const { rename } = await import('node:fs/promises');
  await rename(path, `${path}.kept`); // Node takes its own name away at the close, but not this one.
  server.close();
  await once(server, 'close');
  expect(await lookAt(`${path}.kept`)).toMatchObject({ status: 'fail', todo: { command: expect.any(String) } });
});

test.each<[string, RequestListener]>([
  ['refuses', (_request, response) => response.writeHead(403).end('access denied')],
  ['talks nonsense', saying('hello')],
  ['says nothing of its state', saying({})],
  ['hangs up', (_request, response) => response.destroy()],
])('one that %s is unknown, never well', async (_what, answer) => {
  const looked = await lookAtOne(answer);
  expect(looked.status).toBe('unknown');
});

test('one that never answers ends with the look', async () => {
  await expect(lookAtOne(() => {}, 100)).rejects.toThrow();
});
