import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findRedisServer } from '#ops/redis-binary.ts';

/** A real Redis of a test's own, on a unix socket in a temporary folder, as durable as Omega's. */
export interface TestRedis {
  readonly target: { readonly path: string; readonly password: string };
  readonly kill: (signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT') => Promise<void>;
  /** Starts it again on the same data. */
  readonly start: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Starts a Redis and waits until it answers; `durable` syncs each write, as Omega's own does. */
export async function startRedis({ durable = false } = {}): Promise<TestRedis> {
  const binary = await findRedisServer();
  if (binary === null) throw new Error('no Redis server here: npm test puts one in .runtime');
  const folder = await mkdtemp(join(tmpdir(), 'omega-redis-'));
  const path = join(folder, 'r.sock');
  const password = crypto.randomUUID();
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn(
      binary,
      [
        '--port',
        '0',
        '--unixsocket',
        path,
        '--requirepass',
        password,
        '--dir',
        folder,
        '--save',
        '',
        '--appendonly',
        durable ? 'yes' : 'no',
        '--appendfsync',
        'always',
        '--maxmemory-policy',
        'noeviction',
      ],
      { stdio: 'ignore' },
    );
    const probe = new Redis({ path, password, retryStrategy: () => 20, maxRetriesPerRequest: null });
    probe.on('error', () => {});
    while ((await probe.ping().catch(() => '')) !== 'PONG') await new Promise((resolve) => setTimeout(resolve, 10));
    probe.disconnect();
  };
  await start();
  return {
    target: { path, password },
    start,
    kill: async (signal) => {
      child.kill(signal);
      if ((signal === 'SIGKILL' || signal === 'SIGTERM') && child.exitCode === null && child.signalCode === null)
        await once(child, 'exit');
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
