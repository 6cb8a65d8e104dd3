import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeLauncher } from '#lib/paths.ts';
import { runProgram, temporaryFolder } from '../support/outsider.ts';

test('a script gets its arguments as they are, from any folder, and its exit code is passed on', async () => {
  using folder = temporaryFolder();
  const script = join(folder.path, 'echo.ts');
  writeFileSync(script, 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;');
  const { exitCode, stdout } = await runProgram('sh', [nodeLauncher, script, 'a b', '', '--x'], { cwd: tmpdir() });
  expect(JSON.parse(stdout)).toEqual(['a b', '', '--x']);
  expect(exitCode).toBe(7);
});

test('a signal reaches the script itself', async () => {
  using folder = temporaryFolder();
  const script = join(folder.path, 'wait.ts');
  writeFileSync(
    script,
    "process.once('SIGTERM', () => process.exit(3)); console.log('up'); setInterval(() => {}, 1e6);",
  );
  const child = spawn('sh', [nodeLauncher, script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([3, null]);
});

test('no script, or one that is not there, is wrong use', async () => {
  const [none, absent] = await Promise.all([
    runProgram('sh', [nodeLauncher]),
    runProgram('sh', [nodeLauncher, 'scripts/nothing.ts']),
  ]);
  expect([none.exitCode, absent.exitCode]).toEqual([2, 2]);
  expect(absent.stderr).toContain('npm run help');
});
