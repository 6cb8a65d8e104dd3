import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { unitName, whoseUnit } from '#ops/systemd.ts';
import { temporarySettings } from '../support/ops.ts';

const template = readFileSync(join(root, 'scripts', unitName), 'utf8');
const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;
const hasUserSystemd = spawnSync('systemctl', ['--user', 'show-environment']).status === 0;

test('the unit is ours when it starts this folder, foreign when it starts another, and none when there is none', async () => {
  await using settings = await temporarySettings();
  const file = join(settings.paths.data, unitName);
  expect(whoseUnit(file, root)).toBe('none');
  writeFileSync(file, template.replaceAll('@ROOT@', root));
  expect(whoseUnit(file, root)).toBe('ours');
  writeFileSync(file, template.replaceAll('@ROOT@', '/opt/older'));
  expect(whoseUnit(file, root)).toBe('foreign');
});

test.skipIf(!hasAnalyze)('systemd finds nothing wrong with the unit, also in a folder with a space', async () => {
  await using settings = await temporarySettings();
  const repository = join(settings.paths.data, 'a folder');
  mkdirSync(join(repository, 'scripts'), { recursive: true });
  const file = join(settings.paths.data, unitName);
  writeFileSync(file, template.replaceAll('@ROOT@', repository));
  const { status, stderr, stdout } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});

test('the installer refuses what it does not know with exit code 2', () => {
  const { status, stderr } = spawnSync('sh', [join(root, 'scripts', 'start_24_7.sh'), 'runit'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, expect.stringContaining('--help lists them')]);
});

test.skipIf(hasUserSystemd)('without a systemd to reach, the installer says so and writes nothing', async () => {
  await using settings = await temporarySettings();
  const { status, stderr } = spawnSync('sh', [join(root, 'scripts', 'start_24_7.sh'), 'systemd'], {
    encoding: 'utf8',
    env: { ...process.env, HOME: settings.paths.data },
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining('start_24_7.sh cron')]);
  expect(whoseUnit(join(settings.paths.data, '.config', 'systemd', 'user', unitName))).toBe('none');
});
