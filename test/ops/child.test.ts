import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const fixture = join(import.meta.dirname, '..', 'support', 'services', 'fixture-child.ts');

test.for([
  ['good', 'after it was ready'],
  ['late', 'while it was still loading'],
] as const)('a %s process whose supervisor went %s ends by itself', async ([behaviour]) => {
  const child = fork(fixture, {
    env: { ...process.env, FIXTURE: behaviour },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (behaviour === 'good') await once(child, 'message');
  else await once(child, 'spawn');
  const exited = once(child, 'exit');
  child.disconnect();
  expect(await exited).toEqual([1, null]);
});
