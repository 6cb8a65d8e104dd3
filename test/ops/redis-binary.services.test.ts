import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { firstOnPath, installRedis } from '#ops/redis-binary.ts';
import { runProgram, temporaryFolder } from '../support/outsider.ts';

const hasApt = (await firstOnPath(['apt-get'])) !== null;

test.skipIf(!hasApt)('a Redis is unpacked privately, runs, and nothing else is left', async () => {
  using folder = temporaryFolder();
  const steps: string[] = [];
  const tell = (step: string): void => void steps.push(step);
  const server = await installRedis({ tell, signal: AbortSignal.timeout(60_000), root: folder.path });
  expect(execFileSync(server, ['--version'], { encoding: 'utf8' })).toMatch(/v=\d+\.\d+/);
  expect(steps).toEqual([expect.stringMatching(/^(Redis|Valkey) \d+\.\d+.*, private in \.runtime\/redis$/)]);
  expect(readdirSync(join(folder.path, '.runtime'))).toEqual(['redis']);
});

test('where there is no apt, one error names the ways out', async () => {
  using folder = temporaryFolder();
  const bin = join(folder.path, 'bin');
  mkdirSync(bin);
  for (const tool of ['sh', 'env']) symlinkSync((await firstOnPath([tool])) ?? '', join(bin, tool));
  const script = `
    const { installRedis } = await import(${JSON.stringify(join(root, 'ops', 'redis-binary.ts'))});
    const options = { tell: () => {}, signal: AbortSignal.timeout(10_000), root: ${JSON.stringify(folder.path)} };
    await installRedis(options).catch(({ code, message, hint }) => console.log(JSON.stringify({ code, message, hint })));`;
  const { stdout } = await runProgram(process.execPath, ['--input-type=module', '-e', script], { env: { PATH: bin } });
  expect(JSON.parse(stdout)).toEqual({
    code: 'E_NO_REDIS',
    message: expect.stringContaining('this system has no apt'),
    hint: expect.stringContaining('REDIS_URL'),
  });
  expect(readdirSync(join(folder.path, '.runtime'))).toEqual([]);
});
