import { join } from 'node:path';
import { dotenvHandedOn } from '#lib/given.ts';
import { root } from '#lib/paths.ts';
import { defineService, smallHeap, smallMalloc } from '../service.ts';

/** Omega's bot, where it has one. Without Redis it still starts, and says so. */
export default defineService({
  name: 'bridge',
  summary: 'Omega’s bot on Telegram: answers you, and nobody else',
  dependsOn: ['redis'],
  enabled: ({ env }) => env.telegram !== undefined,
  command: async ({ paths }) => ({
    file: process.execPath,
    args: [...smallHeap, ...process.execArgv, join(root, 'scripts', 'bridge.ts')],
    env: { ...smallMalloc, [dotenvHandedOn]: paths.startedDotenv },
  }),
  liveness: 'pong',
  readiness: 'message',
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 10_000,
});
