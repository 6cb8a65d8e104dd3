import { join } from 'node:path';
import { attachToSupervisor } from '#ops/child.ts';
import { makeFolders } from '#ops/folders.ts';
import { edgeSocketPath } from '#ops/tailscale/edge-socket.ts';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { readEnv } from '#lib/env.ts';
import { createLog } from '#lib/log.ts';
import { dataPaths } from '#lib/paths.ts';
import { listen } from '#site/listen.ts';
import { listenOnSocket } from '#site/unix-socket.ts';
import { inUrl } from '#site/serve.ts';
import { showError } from './command.ts';
import { edgeDoors } from './edge-doors.ts';
import { listenOnNetwork } from './edge-network.ts';
import { pageAddress, type PageAddress } from './page-address.ts';
import type { Settings } from './settings.ts';
import { allSecrets } from './tool-servers.ts';

try {
  const env = readEnv();
  await serve({ env, paths: dataPaths(env) });
} catch (error) {
  process.exit(showError(error));
}

/** Serves until it is told to stop. It needs neither Redis nor the worker: it is there to tell what is broken. */
async function serve(settings: Settings): Promise<void> {
  const { env, paths } = settings;
  await makeFolders(paths);
  const log = createLog({ name: 'edge', secrets: allSecrets(settings) });
  const doors = edgeDoors(settings, log);
  await using opening = new AsyncDisposableStack();
  const last = await pageAddress(paths);
  const { edgeHost: host, edgePort, networkHost } = env;
  const server = opening.use(await listen({ app: doors.loopback, host, port: edgePort, lastPort: last?.port }));
  opening.use(await listenOnSocket({ app: doors.tailscale, path: edgeSocketPath(env, paths) }));
  const { port, usualPortTaken } = server;
  if (networkHost !== undefined) opening.use(listenOnNetwork({ app: doors.network, host: networkHost, port, log }));
  const open = opening.move();
  const supervisor = attachToSupervisor({ onStop: async () => open.disposeAsync() });
  const url = `http://${inUrl(host)}:${port}/`;
  const address: PageAddress = { url, host, port, pid: process.pid, usualPortTaken };
  await writeFileAtomic(join(paths.run, 'edge.json'), JSON.stringify(address));
  supervisor.ready();
  log.info(`The page is at ${url}`);
}
