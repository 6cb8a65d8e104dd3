import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { StormOrders } from './bot-storm-job.ts';

/** A process that polls until it is killed. */
export interface Poller {
  /** Resolves once it polls, or has ended. */
  readonly works: Promise<unknown>;
  /** Resolves to whether it was this that ended it. */
  readonly kill: () => Promise<boolean>;
}

export function hire(orders: StormOrders): Poller {
  const file = join(import.meta.dirname, 'services', 'bot-poller.ts');
  const child = spawn(process.execPath, [file, JSON.stringify(orders)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'close');
  return {
    works: Promise.race([once(child, 'message'), ended]),
    kill: async () => {
      const isAlive = child.exitCode === null && child.signalCode === null;
      child.kill('SIGKILL');
      await ended;
      return isAlive;
    },
  };
}
