import { request } from 'node:http';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { silentLog } from '#lib/log.ts';
import { answerOverHttp } from '#mcp/own-http.ts';
import type { OwnFunctions } from '#mcp/own-functions.ts';
import { createOwnServer } from '#mcp/own.ts';
import { listen } from '#site/listen.ts';

const question = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'status', arguments: {} },
});
const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** Functions of which only the first is ever asked. */
function functions(status: OwnFunctions['status']): OwnFunctions {
  const never = async (): Promise<never> => Promise.reject(new Error('nobody asks this'));
  return {
    status,
    incidents: never,
    jobs: never,
    runnable: ['canary'],
    runJob: never,
    listReports: never,
    readReport: never,
    snapshot: never,
  };
}

test('what a client waits for ends when it hangs up', async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  const ended = Promise.withResolvers<void>();
  const status: OwnFunctions['status'] = (signal) => {
    asked.resolve(signal);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason);
        ended.resolve();
      });
    });
  };
  const open = (): ReturnType<typeof createOwnServer> =>
    createOwnServer({ functions: functions(status), version: '1.2.3', log: silentLog, secrets: [] });
  const app = new Hono().post('/mcp', (context) => answerOverHttp(open(), context.req.raw));
  await using server = await listen({ app, host: '127.0.0.1', port: 0, lastPort: undefined });
  const call = request({ host: '127.0.0.1', port: server.port, path: '/mcp', method: 'POST', headers });
  call.on('error', () => {}); // It is this end that hangs up.
  call.end(question);
  expect((await asked.promise).aborted).toBe(false);
  call.destroy();
  await ended.promise;
  expect((await asked.promise).aborted).toBe(true);
});
