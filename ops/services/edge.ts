import { runProgram } from '../programs.ts';
import { defineService } from '../service.ts';

/** The page, the board and the health endpoint. It depends on nothing: it is there to tell what is broken. */
export default defineService({
  name: 'edge',
  summary: 'the status page, the board and /healthz',
  enabled: () => true,
  command: async (settings) => runProgram('edge', settings),
  liveness: 'pong',
  readiness: 'message',
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 5000,
});
