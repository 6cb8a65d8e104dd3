import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { fakeTailscale, tailscaleStatus, type FakeTailscaleOptions } from '../support/fake-tailscale.ts';

let folder: string;
let socket: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omega tailscale-')); // With a space, as an owner's folder may have.
  socket = join(folder, 'edge.sock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const farAway = { KeyExpiry: new Date(Date.now() + 100 * 86_400_000).toISOString() };

function serve(verb: string, options: Partial<FakeTailscaleOptions> = {}) {
  const tailscale = fakeTailscale(folder, { status: tailscaleStatus({ Self: farAway }), ...options });
  const { status, stdout, stderr } = spawnSync('sh', [join(root, 'ops', 'tailscale', 'serve.sh'), verb], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${tailscale.bin}:${process.env['PATH']}`, OMEGA_EDGE_SOCKET: socket },
  });
  return { status, stdout, stderr, served: tailscale.served(), calls: tailscale.calls() };
}

test('on has Tailscale serve the socket of the edge, and says where the page is', () => {
  const { status, stdout, served } = serve('on');
  expect({ status, served }).toEqual({ status: 0, served: `unix:${socket}` });
  expect(stdout).toContain('✓ Your page: https://nuc.tail1234.ts.net/');
  expect(stdout).toContain('! Omega does not run');
});

test('off ends what on began, and touches nothing else', () => {
  expect(serve('off', { serving: `unix:${socket}` })).toMatchObject({ status: 0, served: null });
  rmSync(join(folder, 'bin'), { recursive: true });
  const others = serve('off', { serving: 'http://127.0.0.1:3000' });
  expect(others).toMatchObject({ status: 0, served: 'http://127.0.0.1:3000' });
  expect(others.stdout).toContain('not Omega');
});

test('status says where it is served, and with exit code 1 that it is not', () => {
  const on = serve('status', { serving: `unix:${socket}` });
  expect([on.status, on.stdout]).toEqual([0, '✓ Served at https://nuc.tail1234.ts.net/\n']);
  rmSync(join(folder, 'bin'), { recursive: true });
  expect(serve('status')).toMatchObject({ status: 1, served: null });
});

test('a key that ends soon is a word, with how to keep it', () => {
  const soon = new Date(Date.now() + 5.5 * 86_400_000).toISOString();
  const { status, stdout } = serve('on', { status: tailscaleStatus({ Self: { KeyExpiry: soon } }) });
  expect(status).toBe(0);
  expect(stdout).toMatch(/! The key of this machine ends in 5 days.*\n.*Disable key expiry/);
});

test.each<[string, Partial<FakeTailscaleOptions>, RegExp]>([
  [
    'switched off',
    { status: tailscaleStatus({ BackendState: 'Stopped', Self: farAway }) },
    /switched off\n {2}→ sudo tailscale up/,
  ],
  [
    'not signed in',
    { status: tailscaleStatus({ BackendState: 'NeedsLogin', Self: farAway }) },
    /not signed in\n {2}→ sudo tailscale up/,
  ],
  ['of an expired key', { status: tailscaleStatus({ Self: { KeyExpiry: '2020-01-01T00:00:00Z' } }) }, /has expired\n/],
  ['without HTTPS', { status: tailscaleStatus({ Self: farAway, CertDomains: null }) }, /HTTPS is not enabled/],
  ['that talks nonsense', { status: 'tailscaled says hello' }, /cannot be read/],
  [
    'whose service is off',
    { instead: { 'status --json': 'echo "failed to connect" >&2; exit 1' } },
    /does not answer: failed to connect/,
  ],
  ['with Funnel on', { serving: 'unix:/x', funnel: true }, /Funnel is on.*\n {2}→ tailscale funnel reset/],
  ['whose port is taken', { serving: 'http://127.0.0.1:3000' }, /Something else is served/],
])('a Tailscale %s is told with what to do, and nothing is served', (_what, options, said) => {
  const { status, stderr, calls } = serve('on', options);
  expect(status).toBe(1);
  expect(stderr).toMatch(said);
  expect(calls.some((call) => call.startsWith('serve --bg'))).toBe(false);
});

test.each([
  ['Access denied: serve config denied', 'sudo tailscale set --operator='],
  ['only localhost or 127.0.0.1 proxies are currently supported', 'sudo tailscale update'],
])('where Tailscale refuses with “%s” the next command is told', (refusal, command) => {
  const { status, stderr } = serve('on', { instead: { 'serve --bg': `echo '${refusal}' >&2; exit 1` } });
  expect(status).toBe(1);
  expect(stderr).toContain(refusal);
  expect(stderr).toContain(`→ ${command}`);
});

test('a Tailscale that hangs is not waited for', () => {
  const { status, stderr } = serve('on', { instead: { 'status --json': 'exec sleep 60' } });
  expect(status).toBe(1);
  expect(stderr).toContain('does not answer');
});

test('an unknown word is exit code 2', () => {
  expect(serve('up')).toMatchObject({ status: 2, calls: [''] });
});
