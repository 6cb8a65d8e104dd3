import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { reachLooks } from '#ops/doctor/reach.ts';
import { fakeLocalApi, tailscaleStatus } from '../support/fake-tailscale.ts';

const nowhere = '/nonexistent/tailscaled.sock';
const dayMs = 86_400_000;

async function tailscaleIs(status: object): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'omega-reach-'));
  const api = await fakeLocalApi(folder, (_request, response) => response.end(JSON.stringify(status)));
  onTestFinished(async () => {
    await api[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  return reachLooks({ networkHost: undefined, tailscaleSocket: api.path })['Tailscale']?.();
}

function keyFor(days: number): { KeyExpiry: string } {
  return { KeyExpiry: new Date(Date.now() + days * dayMs).toISOString() };
}

test('a Tailscale that runs is fine, with its name', async () => {
  const seen = await tailscaleIs(tailscaleStatus({ Self: keyFor(100) }));
  expect(seen).toEqual({ state: 'fine', what: 'runs as nuc.tail1234.ts.net' });
});

test('one that is off, ends soon or has no HTTPS is a word with what to do', async () => {
  const off = await tailscaleIs(tailscaleStatus({ BackendState: 'Stopped' }));
  const soon = await tailscaleIs(tailscaleStatus({ Self: keyFor(3.5) }));
  const plain = await tailscaleIs(tailscaleStatus({ Self: keyFor(100), CertDomains: null }));
  expect([off, soon, plain]).toMatchObject([
    { state: 'warning', mend: 'sudo tailscale up' },
    { state: 'warning', what: expect.stringContaining('ends in 3 days') },
    { state: 'warning', what: expect.stringContaining('HTTPS is not enabled') },
  ]);
});

test('where there is none nothing is wrong', async () => {
  const { Tailscale } = reachLooks({ networkHost: undefined, tailscaleSocket: nowhere });
  expect(await Tailscale?.()).toMatchObject({ state: 'unknown' });
});

test('an address that this machine does not have is a fault, and one that it has says who can read the page', async () => {
  const look = (networkHost: string | undefined): unknown =>
    reachLooks({ networkHost, tailscaleSocket: nowhere })['network']?.();
  expect(await look('192.168.253.254')).toMatchObject({ state: 'fault' });
  expect(await look('127.0.0.1')).toMatchObject({ state: 'fine', what: expect.stringContaining('whoever is on that') });
  expect(await look(undefined)).toMatchObject({ state: 'fine' });
});
