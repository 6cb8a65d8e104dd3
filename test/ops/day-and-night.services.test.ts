import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { unitName } from '#ops/systemd.ts';

/** What user-systemd.sh answers where no systemd of its own can be had. */
const cannot = 77;
const systemd = join(root, 'test', 'support', 'user-systemd.sh');
const home = mkdtempSync(join(tmpdir(), 'omega-day-and-night-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const canHave = spawnSync('sh', [systemd, home, 'true']).status !== cannot;
if (!canHave) process.stdout.write('SKIPPED day and night: it needs root, unshare, systemd and dbus on this machine\n');

/** The service of this folder, though all that it starts is a sleep. */
const unit = `[Service]\nExecStart=/bin/sh -c "exec sleep 600" "${root}/scripts/start.ts"\n[Install]\nWantedBy=default.target\n`;

const look = `import('${join(root, 'ops', 'day-and-night.ts')}').then(async ({ dayAndNight }) =>
  console.log(JSON.stringify(await dayAndNight(new AbortController().signal))))`;

test.skipIf(!canHave)('a real systemd tells of a service before it is there, before it runs, and while it runs', () => {
  const folder = join(home, '.config', 'systemd', 'user');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, 'unit'), unit);
  writeFileSync(join(home, 'look.mjs'), look);
  const steps = `"$1" "$2/look.mjs"; cp "$2/unit" "$3/$4"; systemctl --user daemon-reload; "$1" "$2/look.mjs"
    systemctl --user enable --now "$4" 2>/dev/null; "$1" "$2/look.mjs"; systemctl --user stop "$4"`;
  const args = [systemd, home, 'sh', '-c', steps, 'sh', process.execPath, home, folder, unitName];
  const { stdout, stderr } = spawnSync('sh', args, { encoding: 'utf8', timeout: 30_000 });
  const told = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(told, stderr).toMatchObject([
    { unit: 'none', active: 'inactive' },
    { unit: 'ours', enabled: 'disabled', active: 'inactive' },
    { unit: 'ours', enabled: 'enabled', active: 'active' },
  ]);
});
