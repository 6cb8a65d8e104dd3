import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import checksFile from '#holding/health/checks/checks-file.ts';
import { createOwnChecks, withOwnChecks } from '#holding/health/own/own-checks.ts';
import { Snapshot } from '#holding/health/snapshot.ts';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { openHealth, probesOf, scripted, temporaryFolder } from '../../support/health.ts';
import { httpServer, knownOf } from '../../support/own-checks.ts';

const signal = new AbortController().signal;

test('what the owner saves is watched at the next heartbeat, and what they take out is gone', async () => {
  using folder = temporaryFolder();
  await using server = await httpServer((_request, response) => response.end('hello'));
  const path = join(folder.path, 'checks.yaml');
  const goodPath = join(folder.path, 'good.yaml');
  const builtIn = [scripted('disk', {}), checksFile];
  using own = createOwnChecks({
    ...knownOf({ builtIn: builtIn.map(({ id }) => id) }),
    path,
    goodPath,
    cwd: tmpdir(),
    log: silentLog,
  });
  const probes = probesOf({ ownChecks: own.standing });
  using bench = openHealth(folder.path, { clock: systemClock, checks: withOwnChecks(builtIn, own), probes });
  const beat = async (): Promise<Record<string, string>> => {
    await bench.health.beat(signal, 'all');
    const { checks } = Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8')));
    return Object.fromEntries(checks.map(({ id, state }) => [id, state]));
  };

  expect(await beat()).toEqual({ disk: 'up', 'checks-file': 'off' });
  const site = `{ id: site, kind: http, url: "http://127.0.0.1:${server.port}/", every: 1s, dependsOn: [disk] }`;
  writeFileSync(path, `checks:\n  - ${site}\n  - { id: nas, kind: tcp, host: 127.0.0.1, port: 1 }\n`);
  expect(await beat()).toMatchObject({ disk: 'up', site: 'up', nas: 'new', 'checks-file': 'up' });
  expect(await beat()).toMatchObject({ nas: 'down' });
  writeFileSync(path, 'checks:\n  - { id: site, kind: htp }\n');
  const savedAt = Date.now();
  expect(checksFile.hasNews?.(probes, savedAt - 1, savedAt)).toBe(true);
  await beat();
  expect(checksFile.hasNews?.(probes, Date.now(), Date.now())).toBe(false);
  expect(await beat()).toMatchObject({ site: 'up', nas: 'down', 'checks-file': 'degraded' });
  writeFileSync(path, `checks:\n  - ${site}\n`);
  await beat();
  expect(await beat()).toEqual({ disk: 'up', site: 'up', 'checks-file': 'up' });
});
