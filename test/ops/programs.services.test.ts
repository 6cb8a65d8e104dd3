import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPrograms, programNames } from '#ops/programs.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omega-programs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a built program with arguments that end it. */
async function run(path: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = { cwd: tmpdir(), env: { ...process.env, NO_COLOR: '1', OMEGA_DATA_DIR: join(folder, 'data') } };
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [path, ...args], options)) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'stdout' in error && 'stderr' in error)
      return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
    throw error;
  }
}

test('two starts at once build the same programs, and there is one build', async () => {
  const both = await Promise.all([1, 2].map(() => buildPrograms({ hash: 'both', to: join(folder, 'both') })));
  expect(both.map((one) => one.folder)).toEqual([join(folder, 'both', 'both'), join(folder, 'both', 'both')]);
  expect(await readdir(join(folder, 'both'))).toEqual(['both']);
  expect(await buildPrograms({ hash: 'both', to: join(folder, 'both') })).toMatchObject({ isNew: false });
});

test('a built program does what its sources do, and knows its own errors', async () => {
  const { folder: built } = await buildPrograms({ hash: 'both', to: join(folder, 'both') });
  const help = await run(join(built, 'worker.js'), '--help');
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('npm run worker: the scheduler');
  const refused = await run(join(built, 'worker.js'), '--queues', 'nonsense');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no queue nonsense.') });
  const botless = await run(join(built, 'bridge.js'));
  expect(botless).toMatchObject({ code: 2, stderr: expect.stringContaining('Omega has no bot') });
});

test('no character of a built program takes two bytes in memory', async () => {
  const { folder: built } = await buildPrograms({ hash: 'both', to: join(folder, 'both') });
  const names = await readdir(built);
  expect(names.length).toBeGreaterThan(programNames.length);
  for (const name of names) expect((await readFile(join(built, name))).every((byte) => byte < 128)).toBe(true);
});

test('of former builds the last used stay, for a worker reads parts of its program late, and nobody’s unfinished one is touched', async () => {
  const to = join(folder, 'former');
  const usedAt = async (name: string, time: number): Promise<void> => {
    await mkdir(join(to, name), { recursive: true });
    await utimes(join(to, name), time, time);
  };
  await usedAt('oldest', 1_700_000_000);
  await usedAt('older', 1_700_000_100);
  await usedAt('old', 1_700_000_200);
  await usedAt('left.1.by-a-kill', 1_700_000_300);
  await usedAt('made.2.just-now', Date.now() / 1000);
  await buildPrograms({ hash: 'oldest', to }); // It is used again.
  await buildPrograms({ hash: 'new', to });
  expect((await readdir(to)).toSorted()).toEqual(['made.2.just-now', 'new', 'old', 'oldest']);
});

test('a build that fails says why, and leaves nothing behind', async () => {
  const to = join(folder, 'file');
  await writeFile(to, 'not a folder');
  await expect(buildPrograms({ hash: 'x', to })).rejects.toMatchObject({ code: 'E_PROGRAMS' });
  expect(await readFile(to, 'utf8')).toBe('not a folder');
});

test('a build that is told to stop ends at once, and leaves nothing behind', async () => {
  const to = join(folder, 'stopped');
  const stop = new AbortController();
  const building = buildPrograms({ hash: 'x', to, signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(building).rejects.toThrow('enough');
  expect(await readdir(to).catch(() => [])).toEqual([]);
});
