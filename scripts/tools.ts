import type { ToolProbe } from '#holding/health/check.ts';
import { createTrends, type Trends } from '#holding/report/trends.ts';
import { createAuthorize } from '#holding/swarm/mandate-authorize.ts';
import { createMandates, type Mandates } from '#holding/swarm/mandate-store.ts';
import * as unitCatalogue from '#holding/units.ts';
import { systemClock } from '#lib/clock.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { readMcpConfig, type McpConfig } from '#mcp/config.ts';
import { createHub, type OwnedHub } from '#mcp/create-hub.ts';
import { openEgress } from '#mcp/egress.ts';
import * as serverCatalogue from '#mcp/servers/index.ts';
import type { Settings } from './settings.ts';

/** Every business unit that there is. */
export const allUnits = Object.values(unitCatalogue);

/** What mcp.json says; where it cannot be used there are no servers, and a word on why. */
export interface ToolServers {
  readonly config: McpConfig;
  readonly fault: OmegaError | null;
}

/** The tools as units and checks use them, joined with the mandates that bound them. */
export interface Tools extends AsyncDisposable {
  readonly hub: OwnedHub;
  readonly mandates: Mandates;
  readonly trends: Trends;
  readonly probe: ToolProbe;
}

/** Reads mcp.json; a fault in it stops no heartbeat, but is told by one. */
export function readToolServers(settings: Settings): ToolServers {
  try {
    return { config: readMcpConfig(settings), fault: null };
  } catch (error) {
    if (!(error instanceof OmegaError)) throw error;
    return { config: { file: 'mcp.json', servers: [], secrets: [] }, fault: error };
  }
}

/** Opens the hub and what stands on it; starts no server. */
export async function openTools(options: {
  readonly settings: Settings;
  readonly servers: ToolServers;
  readonly log: Log;
}): Promise<Tools> {
  const { settings, servers, log } = options;
  const { env, paths } = settings;
  const { config, fault } = servers;
  const mandates = createMandates({ paths, units: allUnits, clock: systemClock });
  const authorize = createAuthorize({ mandates, clock: systemClock });
  const known = Object.values(serverCatalogue);
  const hub = await createHub({ config, known, authorize, paths, env, clock: systemClock, log });
  const trends = createTrends({
    hub,
    mandates,
    paths,
    clock: systemClock,
    timezone: env.timezone,
    openEgress: () => openEgress({ upstream: env.network.proxy, log }),
  });
  return {
    hub,
    mandates,
    trends,
    probe: {
      look: hub.look,
      config: () => ({ servers: config.servers.length, fault: fault === null ? null : messageOf(fault) }),
    },
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
}
