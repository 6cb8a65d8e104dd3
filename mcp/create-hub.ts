import { join } from 'node:path';
import type { Clock } from '#lib/clock.ts';
import type { Env } from '#lib/env.ts';
import { usageError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { root, type DataPaths } from '#lib/paths.ts';
import { approveTools } from './approval.ts';
import { openAudit, type Audit } from './audit.ts';
import { omegaCaller, type Authorize } from './authorize.ts';
import { performCall, type CallOptions } from './call.ts';
import { catalogueOf } from './catalogue.ts';
import type { McpConfig, ServerConfig } from './config.ts';
import type { connect, Connection, ConnectOptions } from './connect.ts';
import type { Egress } from './egress.ts';
import type { Hub, ToolCall, ToolResult } from './hub.ts';
import { reapLeftovers } from './leftovers.ts';
import { openLockFiles, type LockFiles } from './lock-file.ts';
import { isAlive, self } from './owner.ts';
import { look, probeNow, type ProbeOptions } from './probe.ts';
import type { Server } from './server.ts';
import { createStation, type Station, type StationOptions } from './station.ts';
import { openMcpStore, type McpStore } from './store.ts';
import { targetOf } from './target.ts';
import { viewTools, type ToolView } from './tool-view.ts';

export interface HubOptions {
  readonly config: McpConfig;
  /** What Omega knows of some servers: `servers/index.ts`. */
  readonly known: readonly Server[];
  readonly authorize: Authorize;
  readonly paths: Pick<DataPaths, 'data' | 'mcp' | 'mcpLock' | 'ledgerDb'>;
  readonly env: Pick<Env, 'variable' | 'network'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Tools as Omega ships them; the root's `mcp.lock.json` unless a test has its own. */
  readonly shippedLock?: string;
  readonly connect?: typeof connect;
}

/** The hub, with what the owner's own hands may do besides. */
export interface OwnedHub extends Hub {
  /** All tools of a server against what was approved, also of one in quarantine; starts it. @throws ToolError */
  readonly tools: (server: string, signal: AbortSignal) => Promise<readonly ToolView[]>;
  /** Approves what waits among these tools, as it was seen, and ends a quarantine; resolves to their names. */
  readonly approve: (server: string, seen: readonly ToolView[]) => Promise<readonly string[]>;
}

/** How long calls that are under way may take to end when the hub closes. */
const drainMs = 2000;

/** Opens the hub; starts no server. Processes that a dead Omega left are ended first. */
export async function createHub(options: HubOptions): Promise<OwnedHub> {
  const { paths, clock, log } = options;
  using opening = new DisposableStack();
  const store = opening.use(openMcpStore(join(paths.mcp, 'state.sqlite'), { now: clock.now(), log }));
  const audit = opening.use(openAudit(paths.ledgerDb, log));
  await reap(store, log);
  const hub = assemble(options, store, audit);
  opening.move();
  return {
    call: hub.call,
    catalogue: (unit, signal) => catalogueOf([...hub.stations.values()], { unit, store, log, signal }),
    servers: () => [...hub.stations.values()].map((station) => station.status()),
    probe: async (server, level, signal) => {
      const station = hub.stationOf(server);
      await probeNow(station, level, hub.probing(signal));
      return station.status();
    },
    look: async (server, signal) => {
      const station = hub.stationOf(server);
      await look(station, hub.probing(signal));
      return station.status();
    },
    tools: async (server, signal) => {
      const station = hub.stationOf(server);
      const kept = store.entries(server, station.config.fingerprint);
      return viewTools(station, { locks: hub.locks, kept, signal });
    },
    approve: async (server, seen) => {
      const how = { locks: hub.locks, seen, ledger: paths.ledgerDb, now: clock.now() };
      return approveTools(hub.stationOf(server), how);
    },
    [Symbol.asyncDispose]: hub.close,
  };
}

/** Ends what was left, and strikes it off. Processes of an Omega that runs are its own affair. */
async function reap(store: McpStore, log: Log): Promise<void> {
  const left = store.processes().filter(({ owner }) => owner !== self && !isAlive(owner));
  if (left.length === 0) return;
  const ended = await reapLeftovers(left.map(({ server }) => server));
  for (const { server } of left) store.ended(server.run);
  if (ended > 0) log.warn('processes of tool servers that a dead Omega left were ended', { processes: ended });
}

interface Assembled {
  readonly stations: ReadonlyMap<string, Station>;
  readonly locks: LockFiles;
  readonly stationOf: (server: string) => Station;
  readonly call: Hub['call'];
  readonly probing: (signal: AbortSignal) => ProbeOptions;
  readonly close: () => Promise<void>;
}

function assemble(options: HubOptions, store: McpStore, audit: Audit): Assembled {
  const { config, authorize, paths, clock, log } = options;
  const closing = new AbortController();
  const egress = lazyEgress(options);
  const locks = openLockFiles({ shipped: options.shippedLock ?? join(root, 'mcp.lock.json'), own: paths.mcpLock });
  const shared = { ...options, store, locks, egress: egress.open, closing: closing.signal };
  const stations = new Map(config.servers.map((server) => [server.name, stationFor(server, shared)]));
  const calling: CallOptions = { stations, authorize, audit, clock, closing: closing.signal, isTrial: false };
  const underWay = new Set<Promise<unknown>>();
  const call = (one: ToolCall, how = calling): Promise<ToolResult> => {
    const answer = performCall(one, how).finally(() => underWay.delete(answer));
    underWay.add(answer);
    return answer;
  };
  const callProbe = async ({ config: { name, rules } }: Station, signal: AbortSignal): Promise<void> => {
    const { tool = '', args = {} } = rules.probe ?? {};
    const probe = { tool: `${name}.${tool}`, args, unit: omegaCaller, run: 'probe', signal };
    await call(probe, { ...calling, isTrial: true });
  };
  return {
    stations,
    locks,
    stationOf: (name) => stationNamed(stations, name),
    call: (one) => call(one),
    probing: (signal) => ({ clock, log, paths, signal, callProbe }),
    close: async () => {
      await drained(underWay, clock);
      closing.abort(new Error('Omega is stopping'));
      await Promise.all([...stations.values()].map((station) => station[Symbol.asyncDispose]()));
      await Promise.allSettled(underWay);
      audit[Symbol.dispose]();
      await egress.close();
      store[Symbol.dispose]();
    },
  };
}

type Shared = HubOptions & Pick<StationOptions, 'store' | 'locks' | 'closing'> & { egress: () => Promise<Egress> };

function stationFor(config: ServerConfig, shared: Shared): Station {
  const { known, connect: connecting = connectLazily, paths, env, egress } = shared;
  return createStation({
    ...shared,
    config,
    connect: connecting,
    known: known.find(({ name }) => name === config.name),
    secrets: shared.config.secrets,
    target: (era) => targetOf({ config, paths, env, egress, era }),
  });
}

function stationNamed(stations: ReadonlyMap<string, Station>, name: string): Station {
  const station = stations.get(name);
  if (station !== undefined) return station;
  throw usageError(`There is no tool server ${name}.`, `There are: ${[...stations.keys()].join(', ')}.`);
}

/** The proxy is opened when the first server needs it. */
function lazyEgress({ env, log }: HubOptions): { open: () => Promise<Egress>; close: () => Promise<void> } {
  let opening: Promise<Egress> | undefined;
  return {
    open: () => (opening ??= openLazily(env, log)),
    close: async () => {
      const egress = await opening?.catch(() => null); // Whoever opened it was told.
      await egress?.[Symbol.asyncDispose]();
    },
  };
}

async function openLazily({ network }: HubOptions['env'], log: Log): Promise<Egress> {
  const { openEgress } = await import('./egress.ts');
  return openEgress({ upstream: network.proxy, log });
}

/** The SDK is loaded with the first server: a worker that uses no tool does not carry it. */
async function connectLazily(options: ConnectOptions): Promise<Connection> {
  const { connect: open } = await import('./connect.ts');
  return open(options);
}

async function drained(underWay: ReadonlySet<Promise<unknown>>, clock: Clock): Promise<void> {
  if (underWay.size === 0) return;
  const over = new AbortController();
  const patience = clock.sleep(drainMs, over.signal).catch(() => {}); // All ended before.
  await Promise.race([Promise.allSettled(underWay), patience]);
  over.abort();
}
