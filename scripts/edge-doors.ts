import { Hono, type MiddlewareHandler } from 'hono';
import { systemClock } from '#lib/clock.ts';
import { sayIn } from '#lib/language.ts';
import type { Log } from '#lib/log.ts';
import { headers, knownHost, serveSite } from '#site/serve.ts';
import { serveReader } from '#site/serve-reader.ts';
import { throughTailscale } from '#site/through-tailscale.ts';
import { lazyBoard } from './lazy-board.ts';
import { lazyOwnMcp } from './lazy-own-mcp.ts';
import { pushDoor } from './push-door.ts';
import { readSealedReport } from './sealed-report.ts';
import type { Settings } from './settings.ts';

/** What is served to whom: one app a way in, each behind its own guard. */
export interface EdgeDoors {
  /** This machine: everything. */
  readonly loopback: Hono;
  /** The tailnet, by way of `tailscale serve`: everything, for whom Tailscale names. */
  readonly tailscale: Hono;
  /** The local network, where the owner opened it: rendered files, and no more. */
  readonly network: Hono;
}

/** Puts the parts of the edge behind its doors. */
export function edgeDoors(settings: Settings, log: Log): EdgeDoors {
  const { env, paths } = settings;
  const site = serveSite({ folder: paths.site, snapshot: paths.snapshot, hosts: 'any', now: systemClock.now });
  const reader = serveReader({ language: env.language, sealedReport: (seq) => readSealedReport(paths, seq) });
  const everything = [lazyBoard(settings, log), lazyOwnMcp(settings, log), pushDoor({ env, paths, log }), reader, site];
  const network = env.networkHost === undefined ? [] : [env.networkHost];
  return {
    loopback: door(log, knownHost([env.edgeHost]), everything),
    tailscale: door(log, throughTailscale(sayIn(env.language)), everything),
    network: door(log, knownHost(network), [site]),
  };
}

function door(log: Log, guard: MiddlewareHandler, parts: readonly Hono[]): Hono {
  const app = new Hono().use(headers('no-store'), guard);
  for (const part of parts) app.route('/', part);
  return app.onError((error, context) => {
    log.error('A request failed', { error, path: withoutToken(context.req.path) });
    return context.text('This could not be served; npm run logs -- edge says why.', 500);
  });
}

/** A push URL is a secret. */
function withoutToken(path: string): string {
  return path.replace(/^\/push\/.*/, '/push/…');
}
