import type { Clock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import { folderOf } from './target.ts';
import type { DataPaths } from '#lib/paths.ts';
import type { ProbeLevel } from './hub.ts';
import { ensureStarted, reexamine, type Station } from './station.ts';
import { notePhase } from './status.ts';
import { ToolError } from './tool-error.ts';

export interface ProbeOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly paths: Pick<DataPaths, 'mcp'>;
  readonly signal: AbortSignal;
  /** Calls the configured probe, through the gate that every call passes. */
  readonly callProbe: (station: Station, signal: AbortSignal) => Promise<void>;
}

const hourMs = 3_600_000;
const pingTimeoutMs = 5000;
/** Where an entry has no probe, a cold server is believed for so long. */
const usualEveryMs = 6 * hourMs;
/** A failed probe is made again after this, then after twice that, up to its own rhythm. */
const firstRetryMs = 600_000;

/** What the heartbeat does: the probes that are due; a cold server stays cold while its last word is young. */
export async function look(station: Station, options: ProbeOptions): Promise<void> {
  const { facts, config } = station;
  const now = options.clock.now();
  if (config.disabled || config.missing.length > 0) return;
  await askForWarning(station, options);
  const isCallDue = isProbeDue(station, now);
  if (!mayVisit(station, isCallDue, now)) return;
  const isListDue = !isWithin(facts.get().listedAt, hourMs, now);
  await visit(station, { ...options, isListDue, isCallDue });
}

function mayVisit(station: Station, isCallDue: boolean, now: number): boolean {
  const { facts, config, session, rate } = station;
  const state = station.state();
  if (['quarantined', 'starting', 'draining'].includes(state) || session.breaker.waitMs() > 0) return false;
  // It was refused once; perhaps that has passed, and one trial tells.
  if (state === 'needs-auth') return isCallDue && facts.get().quarantined !== config.fingerprint;
  if (session.live() !== undefined || isDown(station)) return true;
  const isOld = !isWithin(facts.get().reachable.at, everyMs(station), now);
  return state === 'cold' && (isCallDue || isOld) && rate.look(now).ok;
}

/** What the owner does by hand: this level and those below it, whatever is due. */
export async function probeNow(station: Station, level: ProbeLevel, options: ProbeOptions): Promise<void> {
  const { config, facts } = station;
  if (config.disabled || config.missing.length > 0) return;
  if (level >= 2) await askForWarning(station, { ...options, isForced: true });
  if (level === 3 && config.rules.probe === undefined) facts.set({ refused: null }); // The next real call will tell.
  await visit(station, { ...options, isListDue: level >= 2, isCallDue: level === 3 });
}

/** It failed, and nobody but us would find out that it is well again. */
function isDown({ session, facts }: Station): boolean {
  return session.breaker.state() === 'open' || facts.get().reachable.value === false;
}

/** Who looked had no more time for it. */
const givenUp = new ToolError('Nobody waited for it any longer', { kind: 'timeout', delivery: 'unknown' });

interface Visit extends ProbeOptions {
  readonly isListDue: boolean;
  readonly isCallDue: boolean;
}

async function visit(station: Station, { isListDue, isCallDue, ...options }: Visit): Promise<void> {
  const { session, config, facts } = station;
  const { signal } = options;
  const wasLive = session.live() !== undefined;
  let isAsking = false;
  try {
    if (wasLive) await ping(station, options);
    else await ensureStarted(station, signal);
    if (wasLive && isListDue) await reexamine(station, signal);
    if (isCallDue && config.rules.probe !== undefined) {
      isAsking = true;
      await options.callProbe(station, signal);
      facts.set({ probedAt: options.clock.now() });
    } else if (session.breaker.state() === 'open') session.breaker.success();
  } catch (error) {
    if (station.starting.closing.aborted) return;
    const failure = signal.aborted ? givenUp : facts.failed(error); // Remembered: a probe tells, and never throws.
    if (isAsking || (isCallDue && failure.kind === 'auth')) noteFailedProbe(station, failure, options.clock.now());
  }
}

async function ping(station: Station, options: ProbeOptions): Promise<void> {
  const { session, facts } = station;
  const live = session.live();
  if (live === undefined) return;
  const begunAt = options.clock.monotonic();
  try {
    const ms = await live.connection.ping(options.signal, pingTimeoutMs);
    live.pingMs = ms;
    facts.reachable(true, `It answered a ping in ${ms.toFixed(1)} ms`);
    notePhase(station, options.clock.now()); // Another process may have said something else meanwhile.
  } catch (error) {
    const isAtWork = live.calls > 0; // Then silence proves nothing: the call's own time-out decides.
    if (options.signal.aborted || isAtWork) return;
    facts.reachable(false, `It did not answer a ping within ${pingTimeoutMs / 1000} s`);
    session.overdue(live, begunAt);
    throw error;
  }
}

/** One that was sent may have cost something, one that is denied will be denied again: neither is made each minute. */
function noteFailedProbe({ facts }: Station, { kind, delivery, message }: ToolError, now: number): void {
  if (delivery === 'not-sent' && kind !== 'denied') return;
  facts.set({ probedAt: now, probeFails: facts.get().probeFails + 1 });
  if (delivery === 'replied' && kind !== 'rate-limited') facts.unusable(message);
}

/** Not where a recent success is evidence, nor sooner than its rhythm; a failure is looked at again a little sooner. */
function isProbeDue({ facts, config, rate }: Station, now: number): boolean {
  const { probe } = config.rules;
  const { probedAt, probeFails, usable } = facts.get();
  if (probe === undefined || (usable.value === true && isWithin(usable.at, probe.everyMs, now))) return false;
  const fails = usable.value === false ? Math.max(1, probeFails) : probeFails;
  const wait = fails === 0 ? probe.everyMs : Math.min(probe.everyMs, firstRetryMs * 2 ** (fails - 1));
  return !isWithin(probedAt, wait, now) && rate.look(now).ok;
}

function everyMs({ config }: Station): number {
  return config.rules.probe?.everyMs ?? usualEveryMs;
}

/** A time that lies ahead, after the clock was set back, is no recent one. */
function isWithin(at: number | null, ms: number, now: number): boolean {
  return at !== null && at <= now && now - at < ms;
}

async function askForWarning(station: Station, options: ProbeOptions & { readonly isForced?: boolean }): Promise<void> {
  const { known, config, facts } = station;
  const now = options.clock.now();
  if (known?.warn === undefined || (options.isForced !== true && isWithin(facts.get().warnedAt, hourMs, now))) return;
  const env = config.launch.kind === 'stdio' ? config.launch.env : {};
  try {
    facts.set({ warning: await known.warn({ env, folder: folderOf(config, options.paths), now }), warnedAt: now });
  } catch (error) {
    options.log.warn('whether something of a tool server ends soon could not be found out', {
      server: config.name,
      error,
    });
  }
}
