/** A process with a hub and one server of it at work; it says so, and waits to be killed. */
import { systemClock } from '#lib/clock.ts';
import { readEnv } from '#lib/env.ts';
import { silentLog } from '#lib/log.ts';
import { dataPaths } from '#lib/paths.ts';
import { readMcpConfig } from '#mcp/config.ts';
import { createHub } from '#mcp/create-hub.ts';

const env = readEnv(process.env, '/nonexistent/.env');
const paths = dataPaths(env);
const config = readMcpConfig({ env, paths });
const hub = await createHub({
  config,
  known: [],
  authorize: () => ({ allowed: true }),
  paths,
  env,
  clock: systemClock,
  log: silentLog,
  shippedLock: '/nonexistent/mcp.lock.json',
});
await hub.call({ tool: 'small.echo', args: {}, unit: 'owner', run: 'test', signal: AbortSignal.timeout(20_000) });
process.send?.('working');
process.on('disconnect', () => void hub[Symbol.asyncDispose]());
