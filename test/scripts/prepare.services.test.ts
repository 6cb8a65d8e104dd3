import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnv } from '#lib/env.ts';
import { dataPaths } from '#lib/paths.ts';
import { prepare } from '../../scripts/prepare.ts';
import { temporaryFolder } from '../support/outsider.ts';

const signal = AbortSignal.timeout(120_000);

function settings(dataDir: string): { env: ReturnType<typeof readEnv>; paths: ReturnType<typeof dataPaths> } {
  const env = readEnv({ OMEGA_DATA_DIR: dataDir }, '/nonexistent');
  return { env, paths: dataPaths(env) };
}

test('the data folders are made for the owner alone, and a second time nothing is told', async () => {
  using folder = temporaryFolder();
  const { env, paths } = settings(join(folder.path, 'deep', 'data'));
  await prepare({ env, paths, tell: () => {}, signal });
  const modes = readdirSync(paths.data).map((name) => statSync(join(paths.data, name)).mode & 0o777);
  expect(modes.length).toBeGreaterThan(3);
  expect(new Set([...modes, statSync(paths.data).mode & 0o777])).toEqual(new Set([0o700]));

  const steps: string[] = [];
  await prepare({ env, paths, tell: (step) => void steps.push(step), signal });
  expect(steps).toEqual([]);
});

test.for(['file/data', '/proc/omega/data'])('a data folder that cannot be made, %s, is one error', async (place) => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'file'), '');
  const { env, paths } = settings(place.startsWith('/') ? place : join(folder.path, place));
  await expect(prepare({ env, paths, tell: () => {}, signal })).rejects.toMatchObject({
    code: 'E_DATA_DIR',
    exitCode: 2,
    message: expect.stringContaining(paths.data),
    hint: expect.stringContaining('OMEGA_DATA_DIR'),
  });
});
