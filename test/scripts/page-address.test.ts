import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnv } from '#lib/env.ts';
import { pageAddress, portNotice, tunnelCommand } from '../../scripts/page-address.ts';
import { temporarySettings } from '../support/ops.ts';

const address = { url: 'http://127.0.0.1:8502/', host: '127.0.0.1', port: 8502, pid: 7, usualPortTaken: true };

function envOf(shell: NodeJS.ProcessEnv): ReturnType<typeof readEnv> {
  return readEnv(shell, '/nonexistent/.env');
}

test('who came by ssh is given the tunnel to type on their own machine', () => {
  const user = userInfo().username;
  const env = envOf({ SSH_CONNECTION: '10.0.0.2 51000 10.0.0.9 22' });
  expect(tunnelCommand(env, address)).toBe(`ssh -N -L 8502:127.0.0.1:8502 ${user}@10.0.0.9`);
  const elsewhere = envOf({ SSH_CONNECTION: '10.0.0.2 51000 10.0.0.9 2222' });
  expect(tunnelCommand(elsewhere, address)).toBe(`ssh -p 2222 -N -L 8502:127.0.0.1:8502 ${user}@10.0.0.9`);
  expect(tunnelCommand(envOf({}), address)).toBeNull();
});

test('a page that is not on its usual port is told of, unless the owner chose that port', () => {
  expect(portNotice(envOf({}), address)).toContain('on port 8502: the usual 8501 was taken');
  expect(portNotice(envOf({}), { ...address, usualPortTaken: false })).toContain('the usual 8501 could not be had');
  expect(portNotice(envOf({}), { ...address, port: 8501 })).toBeNull();
  expect(portNotice(envOf({ OMEGA_EDGE_PORT: '8502' }), address)).toBeNull();
});

test('what an edge that is gone left behind is no address', async () => {
  await using settings = await temporarySettings();
  expect(await pageAddress(settings.paths)).toBeNull();
  writeFileSync(join(settings.paths.run, 'edge.json'), JSON.stringify(address));
  expect(await pageAddress(settings.paths, 7)).toEqual(address);
  expect(await pageAddress(settings.paths, 8)).toBeNull();
});
