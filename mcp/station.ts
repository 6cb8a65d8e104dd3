import type { Clock } from '#lib/clock.ts';
import { redact, type Log } from '#lib/log.ts';
import type { ServerConfig } from './config.ts';
import type { connect, Connection, ConnectOptions } from './connect.ts';
import { createFacts, type Facts } from './facts.ts';
import type { ServerState, ServerStatus } from './hub.ts';
import type { LockFiles } from './lock-file.ts';
import { self } from './owner.ts';
import { comparePins, type UsableTools } from './pins.ts';
import type { Rate } from './rate.ts';
import type { Server } from './server.ts';
import { createSession, openError, type Session } from './session.ts';
import { createSlots, type Slots } from './slots.ts';
import type { StartOptions } from './start.ts';
import { notePhase, stateOf, statusOf } from './status.ts';
import type { McpStore } from './store.ts';
import { toEntry } from './tool-entry.ts';
import { ToolError } from './tool-error.ts';

/** All that the hub holds of one server. */
export interface Station extends AsyncDisposable {
  readonly config: ServerConfig;
  /** What its file in `servers/` knows; undefined: it has none. */
  readonly known: Server | undefined;
  readonly facts: Facts;
  readonly session: Session;
  readonly slots: Slots;
  readonly rate: Rate;
  /** How it is started. */
  readonly starting: StartOptions;
  /** Stops asking a server that refuses its credentials, and leaves alone for a while one that says it is too much. */
  readonly heed: (failure: ToolError) => void;
  readonly state: () => ServerState;
  readonly status: () => ServerStatus;
  /** Lists its tools, compares them with their pins, and remembers both. @throws ToolError `pin-mismatch`. */
  readonly examine: (connection: Connection, signal: AbortSignal) => Promise<UsableTools>;
}

export interface StationOptions {
  readonly config: ServerConfig;
  readonly known: Server | undefined;
  readonly store: McpStore;
  readonly locks: LockFiles;
  readonly connect: typeof connect;
  readonly target: (era: 'legacy' | 'modern' | undefined) => Promise<ConnectOptions['target']>;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: readonly string[];
  readonly closing: AbortSignal;
}

/** How long the era of an HTTP server's protocol is believed. */
const eraHoldsMs = 24 * 3_600_000;

/** How long a server is left alone that says it is too much, and not for how long. */
const usualPauseMs = 5000;
const longestPauseMs = 24 * 3_600_000;

export function createStation(options: StationOptions): Station {
  const { config, known, store, clock, log, secrets, closing } = options;
  const { name, rules } = config;
  const facts = createFacts({ config, store, clock, secrets });
  const examine: Station['examine'] = (connection, signal) => examineTools(options, facts, { connection, signal });
  const openedAt = clock.now();
  const starting: StartOptions = {
    config,
    facts,
    closing,
    connect: options.connect,
    examine,
    target: () => options.target(eraOf(facts, clock.now())),
    onSpawn: (server) => store.spawned(self, server),
    onEnd: store.ended,
    // Not before what was under way is done: a server that was just started is not handed on yet.
    onToolsChanged: () => void setImmediate(() => void reexamine(station, closing)),
    redact: (text) => redact(text, secrets),
  };
  const session = createSession({
    ...starting,
    clock,
    log,
    heed: (failure) => station.heed(failure),
    onPhase: () => notePhase(station, clock.now()),
  });
  const station: Station = {
    config,
    known,
    facts,
    session,
    starting,
    slots: createSlots({ server: name, ...rules }),
    rate: store.rate(name, rules.rate),
    heed: (failure) => heed(station, failure, clock.now()),
    state: () => stateOf(station),
    status: () => statusOf(station, openedAt),
    examine,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
  return station;
}

/** Starts it where it does not run. @throws ToolError `open` where the breaker lets nothing through. */
export async function ensureStarted({ session, config }: Station, signal: AbortSignal): Promise<void> {
  const leave = session.breaker.admit();
  if (leave === null) throw openError(config.name, session.breaker.waitMs());
  try {
    await session.use(signal, async () => {});
  } finally {
    leave();
  }
}

/** Looks again at the tools of a running server; one whose tools are not as approved is used no more. */
export async function reexamine({ session, facts, examine }: Station, signal: AbortSignal): Promise<void> {
  const live = session.live();
  if (live === undefined) return;
  try {
    live.usable = await examine(live.connection, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (facts.failed(error).kind === 'pin-mismatch') session.leave(live);
  }
}

async function examineTools(
  { config: { name, rules, fingerprint }, store, locks, clock, log }: StationOptions,
  facts: Facts,
  { connection, signal }: { connection: Connection; signal: AbortSignal },
): Promise<UsableTools> {
  const { tools, dropped } = await connection.listTools(signal);
  const enforce = rules.pin === 'enforce';
  const pins = await locks.pinsOf(name);
  const { changed, notes, fresh, usable } = comparePins({ tools, pins, allow: rules.allow, enforce });
  if (Object.keys(fresh).length > 0) {
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    await locks.keep(
      name,
      Object.fromEntries(Object.entries(fresh).map(([tool, pin]) => [tool, { ...pin, firstSeen: day }])),
    );
    log.info('tools were pinned at first sight', { server: name, tools: Object.keys(fresh) });
  }
  const firstSeen = [...usable].filter(([tool, pin]) => pin.firstSeen !== undefined || Object.hasOwn(fresh, tool));
  facts.set({
    tools: { allowed: usable.size, listed: tools.length },
    listedAt: clock.now(),
    era: { value: connection.era, at: clock.now() },
    quarantined: changed.length > 0 ? fingerprint : null,
    changed: [...changed],
    notes: [
      ...notes,
      ...dropped.map((tool) => `malformed, and left out: ${tool.name} (${tool.why})`),
      ...(firstSeen.length === 0
        ? []
        : [`pinned when first seen, not approved: ${firstSeen.map(([tool]) => tool).join(', ')}`]),
    ].map((note) => note.slice(0, 300)),
  });
  if (changed.length > 0) {
    facts.reachable(true, 'It started and listed its tools');
    throw changedError(name, changed);
  }
  store.keepEntries(
    name,
    fingerprint,
    tools.filter((tool) => usable.has(tool.name)).map((tool) => toEntry(name, tool)),
  );
  return usable;
}

function heed({ facts, rate }: Station, failure: ToolError, now: number): void {
  if (failure.kind === 'auth') facts.refused(failure.message);
  if (failure.kind === 'rate-limited') rate.pause(now + Math.min(longestPauseMs, failure.retryAfterMs ?? usualPauseMs));
}

/** What a call is told of a server whose tools are not as approved. */
export function changedError(server: string, changed: readonly string[]): ToolError {
  return new ToolError(`${server} is in quarantine: its tools are not as approved (${changed.join('; ')}).`, {
    kind: 'pin-mismatch',
    delivery: 'not-sent',
    hint: `npm run mcp -- approve ${server} shows what changed and approves it.`,
  });
}

function eraOf(facts: Facts, now: number): 'legacy' | 'modern' | undefined {
  const { era, reachable } = facts.get();
  return era !== null && reachable.value === true && now - era.at < eraHoldsMs ? era.value : undefined;
}
