import { join } from 'node:path';
import { dotenvHandedOn } from '#lib/given.ts';
import { root } from '#lib/paths.ts';
import { defineService, smallHeap, smallMalloc } from '../service.ts';

/** The page, the board and the health endpoint. It depends on nothing: it is there to tell what is broken. */
export default defineService({
  name: 'edge',
  summary: 'the status page, the board and /healthz',
  enabled: () => true,
  command: async ({ paths }) => ({
    file: process.execPath,
    args: [...smallHeap, ...process.execArgv, join(root, 'scripts', 'edge.ts')],
    env: { ...smallMalloc, [dotenvHandedOn]: paths.startedDotenv },
  }),
  liveness: 'pong',
  readiness: 'message',
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 5000,
});
