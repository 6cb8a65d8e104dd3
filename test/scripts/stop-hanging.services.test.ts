import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { isAlive, lockOwner } from '#ops/lock.ts';
import { runProgram } from '../support/outsider.ts';
import { openStack } from '../support/stack.ts';

test('a supervisor that hangs is killed after its 25 s, and its services are named and gone with it', async () => {
  await using stack = await openStack();
  await stack.start();
  const { paths } = stack.settings;
  const services = await stack.control.services(AbortSignal.timeout(5000));
  const supervisor = lockOwner(paths)?.pid ?? 0;
  process.kill(supervisor, 'SIGSTOP');
  const { exitCode, stdout, stderr } = await runProgram(process.execPath, [join(root, 'scripts', 'stop.ts')], {
    env: { OMEGA_DATA_DIR: paths.data },
  });
  const names = stdout.match(/with (.*), in /)?.[1]?.split(', ');
  expect(new Set(names), stderr).toEqual(new Set(['redis-server', 'chromadb', 'worker', 'edge']));
  expect(stdout).toMatch(
    new RegExp(`^KILLED, for it did not end by itself: the supervisor \\(process ${supervisor}\\)`),
  );
  expect(exitCode).toBe(0);
  expect([supervisor, ...services.map(({ pid }) => pid)].map(isAlive)).not.toContain(true);
  expect(lockOwner(paths)).toBeNull();
});
