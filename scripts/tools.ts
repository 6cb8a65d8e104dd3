import type { ToolProbe } from '#holding/health/check.ts';
import { createTrends, type Trends } from '#holding/report/trend/trends.ts';
import type { OpenMemory } from '#holding/memory/open-memory.ts';
import { createAuthorize } from '#holding/swarm/mandate-authorize.ts';
import { createMandates, type Mandates } from '#holding/swarm/mandate-store.ts';
import * as unitCatalogue from '#holding/units.ts';
import { systemClock } from '#lib/clock.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { closedHub } from '#mcp/closed-hub.ts';
import { createHub, type HubOptions, type OwnedHub } from '#mcp/create-hub.ts';
import * as serverCatalogue from '#mcp/servers/index.ts';
import type { Settings } from './settings.ts';
import type { ToolServers } from './tool-servers.ts';

/** Every business unit that there is. */
export const allUnits = Object.values(unitCatalogue);

/** The jobs that work for each unit, by its id. */
export const unitJobs: Readonly<Record<string, readonly string[]>> = { marketing: ['trend-report'] };

/** The tools as units and checks use them, joined with the mandates that bound them. */
export interface Tools extends AsyncDisposable {
  readonly hub: OwnedHub;
  /** Why no tool can be used: mcp.json, or a file that the hub stands on. */
  readonly fault: OmegaError | null;
  readonly mandates: Mandates;
  readonly trends: Trends;
  readonly probe: ToolProbe;
}

/** Opens the hub and what stands on it; starts no server. A hub that cannot be opened stops nothing else. */
export async function openTools(options: {
  readonly settings: Settings;
  readonly servers: ToolServers;
  /** Of the trend reports; those of a process that makes none need none. */
  readonly memory?: OpenMemory;
  readonly log: Log;
}): Promise<Tools> {
  const { settings, servers, memory = noMemory, log } = options;
  const { env, paths } = settings;
  const { config } = servers;
  const mandates = createMandates({ paths, units: allUnits, clock: systemClock });
  const authorize = createAuthorize({ mandates, clock: systemClock });
  const known = Object.values(serverCatalogue);
  const { hub, fault } =
    servers.fault === null
      ? await openHub({ config, known, authorize, paths, env, clock: systemClock, log })
      : { hub: closedHub(servers.fault), fault: servers.fault };
  const trends = createTrends({
    hub,
    mandates,
    paths,
    clock: systemClock,
    timezone: env.timezone,
    language: env.language,
    memory,
    openEgress: async () => (await import('#mcp/egress.ts')).openEgress({ upstream: env.network.proxy, log }),
  });
  return {
    hub,
    fault,
    mandates,
    trends,
    probe: {
      look: hub.look,
      config: () => ({ servers: config.servers.length, fault: fault === null ? null : messageOf(fault) }),
    },
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
}

async function noMemory(): Promise<never> {
  throw new OmegaError('This process opens no memory.', { code: 'E_NO_MEMORY' });
}

async function openHub(options: HubOptions): Promise<Pick<Tools, 'hub' | 'fault'>> {
  try {
    return { hub: await createHub(options), fault: null };
  } catch (error) {
    const fault = error instanceof OmegaError ? error : hubError(error);
    return { hub: closedHub(fault), fault };
  }
}

function hubError(cause: unknown): OmegaError {
  const hint = 'npm run doctor looks at the disk and at the data folder.';
  return new OmegaError('The hub of the tool servers cannot be opened', { code: 'E_HUB', hint, cause });
}
