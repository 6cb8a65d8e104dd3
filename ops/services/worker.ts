import { join } from 'node:path';
import { dotenvHandedOn } from '#lib/given.ts';
import { root } from '#lib/paths.ts';
import { defineService, smallHeap, smallMalloc } from '../service.ts';

/** The scheduler and the workers of every queue. Without Redis it still starts, so that the page can say so. */
export default defineService({
  name: 'worker',
  summary: 'scheduler and queues: runs every job',
  dependsOn: ['redis'],
  enabled: () => true,
  command: async ({ paths }) => ({
    file: process.execPath,
    args: [...smallHeap, ...process.execArgv, join(root, 'scripts', 'worker.ts')],
    env: { ...smallMalloc, [dotenvHandedOn]: paths.startedDotenv },
  }),
  liveness: 'pong',
  readiness: 'message',
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 10_000,
});
