import { runProgram } from '../programs.ts';
import { defineService } from '../service.ts';

/** Omega's bot, where it has one. Without Redis it still starts, and says so. */
export default defineService({
  name: 'bridge',
  summary: 'Omega’s bot on Telegram: answers you, and nobody else',
  dependsOn: ['redis'],
  enabled: ({ env }) => env.telegram !== undefined,
  command: async (settings) => runProgram('bridge', settings),
  liveness: 'pong',
  readiness: 'message',
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 10_000,
});
