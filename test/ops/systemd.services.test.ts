import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from '#lib/paths.ts';

/** What user-systemd.sh answers where no systemd of its own can be had. */
const cannot = 77;
const support = join(root, 'test', 'support');
const folder = mkdtempSync(join(tmpdir(), 'omega systemd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const canHave = spawnSync('sh', [join(support, 'user-systemd.sh'), makeFolder('probe'), 'true']).status !== cannot;
if (!canHave) process.stdout.write('SKIPPED systemd: it needs root, unshare, systemd and dbus on this machine\n');

function makeFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** The repository as a clone has it, with the packages that are already here. */
function clone(): string {
  const repository = makeFolder('a clone');
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  execFileSync('tar', ['-cf', join(folder, 'clone.tar'), '--null', '-T', '-'], { cwd: root, input: files });
  execFileSync('tar', ['-xf', join(folder, 'clone.tar')], { cwd: repository });
  for (const packages of ['node_modules', '.runtime']) symlinkSync(join(root, packages), join(repository, packages));
  writeFileSync(join(repository, '.env'), `OMEGA_DATA_DIR=${makeFolder('data')}\n`);
  return repository;
}

test.skipIf(!canHave)(
  'under systemd it starts, is back after kill -9, refuses a second one, and stops for good',
  () => {
    const args = [
      join(support, 'user-systemd.sh'),
      makeFolder('home'),
      'sh',
      join(support, 'systemd-journey.sh'),
      clone(),
    ];
    // Nothing of this test's own environment, which names its data folder and its Node, may reach the unit.
    const { stdout, stderr } = spawnSync('sh', args, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
      timeout: 120_000,
    });
    const told = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=') as [string, string]),
    );
    expect(told, stderr).toMatchObject({
      install: '0',
      enabled: 'enabled',
      ready: '0',
      readyAgain: '0',
      // While what was killed with it is still dying systemd may have to try again, each 250 ms.
      restarts: expect.stringMatching(/^[1-9]$/),
      startBesideIt: '75',
      installAgain: '0',
      stop: '0',
      afterStop: 'success inactive ',
      status: '1',
      startedBySystemd: '0',
      stoppedBySystemd: 'success inactive ',
      foreignUnit: '1',
      left: '0',
    });
    expect(Number(told['restartMs'])).toBeLessThan(10_000);
    process.stdout.write(`systemd: all ready again ${told['restartMs']} ms after kill -9 of the supervisor\n`);
  },
  150_000,
);
