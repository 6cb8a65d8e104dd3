import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exclusiveBy } from '#holding/report/outbox/write-lock.ts';
import { systemClock } from '#lib/clock.ts';
import { codeOf } from '#lib/errors.ts';
import { tryFileLock } from '#lib/file-lock.ts';
import { root } from '#lib/paths.ts';
import { temporaryFolder } from '../../support/health.ts';

const { signal } = new AbortController();

test('in one process each work waits for the one before, also where that failed', async () => {
  using folder = temporaryFolder();
  const alone = exclusiveBy(join(folder.path, 'run', 'lock'), systemClock);
  const did: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    did.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    did.push(`${name} ends`);
    if (name === 'first') throw new Error('it failed');
  };
  await Promise.allSettled([alone(work('first'), signal), alone(work('second'), signal)]);
  expect(did).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

test('while another one holds it the patience ends with an error that says so', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'lock');
  using _held = tryFileLock(path, 0);
  const refused = exclusiveBy(path, systemClock, 60)(async () => {}, signal);
  expect(await refused.catch((error: unknown) => codeOf(error))).toBe('E_OUTBOX_BUSY');
});

test('whoever waits for it can be told to stop', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'lock');
  using _held = tryFileLock(path, 0);
  const over = new AbortController();
  const waiting = exclusiveBy(path, systemClock)(async () => {}, over.signal);
  over.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});

test('a process that is killed lets go of it', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'lock');
  const script = join(folder.path, 'holder.ts');
  const file = JSON.stringify(join(root, 'lib/file-lock.ts'));
  writeFileSync(
    script,
    `import { tryFileLock } from ${file};
    globalThis.held = tryFileLock(${JSON.stringify(path)}, 0);
    process.send('held');
    setInterval(() => {}, 1000);`,
  );
  const holder = fork(script);
  await once(holder, 'message');
  expect(tryFileLock(path, 0)).toBeNull();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  using again = tryFileLock(path, 0);
  expect(again).not.toBeNull();
});
