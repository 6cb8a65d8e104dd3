import { join } from 'node:path';
import { Hono } from 'hono';
import { attachToSupervisor } from '#ops/child.ts';
import { makeFolders } from '#ops/folders.ts';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { systemClock } from '#lib/clock.ts';
import { readEnv, type Env } from '#lib/env.ts';
import { createLog } from '#lib/log.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';
import { listen } from '#site/listen.ts';
import { inUrl, serveSite } from '#site/serve.ts';
import { showError } from './command.ts';
import { lazyBoard } from './lazy-board.ts';
import { lazyOwnMcp } from './lazy-own-mcp.ts';
import { pageAddress, type PageAddress } from './page-address.ts';
import { allSecrets } from './tool-servers.ts';

try {
  const env = readEnv();
  await serve(env, dataPaths(env));
} catch (error) {
  process.exit(showError(error));
}

/** Serves until it is told to stop. It needs neither Redis nor the worker: it is there to tell what is broken. */
async function serve(env: Env, paths: DataPaths): Promise<void> {
  await makeFolders(paths);
  const log = createLog({ name: 'edge', secrets: allSecrets({ env, paths }) });
  const app = new Hono();
  app.route('/', lazyBoard({ env, paths }, log));
  app.route('/', lazyOwnMcp({ env, paths }, log));
  app.route('/', siteApp(env, paths));
  app.onError((error, context) => {
    log.error('A request failed', { error, path: context.req.path });
    return context.text('This could not be served; npm run logs -- edge says why.', 500);
  });
  const last = await pageAddress(paths);
  const server = await listen({ app, host: env.edgeHost, port: env.edgePort, lastPort: last?.port });
  const supervisor = attachToSupervisor({ onStop: async () => server[Symbol.asyncDispose]() });
  const { port, usualPortTaken } = server;
  const url = `http://${inUrl(env.edgeHost)}:${port}/`;
  const address: PageAddress = { url, host: env.edgeHost, port, pid: process.pid, usualPortTaken };
  await writeFileAtomic(join(paths.run, 'edge.json'), JSON.stringify(address));
  supervisor.ready();
  log.info(`The page is at ${url}`);
}

function siteApp({ edgeHost }: Env, { site, snapshot }: DataPaths): Hono {
  return serveSite({ folder: site, snapshot, hosts: [edgeHost], now: systemClock.now });
}
