import { runProgram } from '../programs.ts';
import { defineService } from '../service.ts';

/** The scheduler and the workers of every queue. Without Redis it still starts, so that the page can say so. */
export default defineService({
  name: 'worker',
  summary: 'scheduler and queues: runs every job',
  dependsOn: ['redis'],
  enabled: () => true,
  command: async (settings) => runProgram('worker', settings),
  liveness: 'pong',
  readiness: 'message',
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 10_000,
});
