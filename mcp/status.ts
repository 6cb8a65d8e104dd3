import type { ServerState, ServerStatus } from './hub.ts';
import { isAlive, self } from './owner.ts';
import type { Station } from './station.ts';

/** These states are a process's own: they are over when it is. */
const ownStates: ReadonlySet<ServerState> = new Set(['starting', 'ready', 'draining', 'backoff', 'open', 'half-open']);

/** Its state: what is known for good first, then what it does here, then what it does in another process of Omega's. */
export function stateOf({ config, facts, session }: Station): ServerState {
  if (config.disabled) return 'disabled';
  if (config.missing.length > 0 || facts.isRefused()) return 'needs-auth';
  const { quarantined, state, writer } = facts.get();
  if (quarantined === config.fingerprint) return 'quarantined';
  const phase = session.phase();
  const isElsewhere = phase === 'cold' && writer !== self && ownStates.has(state) && isAlive(writer);
  return isElsewhere ? state : phase;
}

/** Writes down that its state is another one. */
export function notePhase(station: Station, now: number): void {
  const state = stateOf(station);
  const before = station.facts.get();
  if (state !== before.state || (ownStates.has(state) && before.writer !== self))
    station.facts.set({ state, since: now, writer: self });
}

/** How it stands, without asking it. */
export function statusOf(station: Station, openedAt: number): ServerStatus {
  const { config, known, facts } = station;
  const { reachable, usable, protocol, tools, changed, notes, warning, lastError, since, ...kept } = facts.get();
  const state = stateOf(station);
  const isOff = state === 'disabled' || config.missing.length > 0;
  const noTool = config.rules.allow.length === 0 ? ['no tool is allowed: name some under omega.allow'] : [];
  return {
    name: config.name,
    summary: known?.summary ?? 'from mcp.json',
    transport: config.launch.kind,
    state,
    since: kept.state === state ? since : openedAt,
    reachable,
    usable,
    protocol,
    tools,
    missing: config.missing,
    changed: state === 'quarantined' ? changed : [],
    notes: [...config.notes, ...noTool, ...notes],
    warning: isOff ? null : warning,
    setUp: known?.setUp ?? null,
    lastError,
    pid: ownStates.has(state) ? kept.pid : null,
  };
}
