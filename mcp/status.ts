import type { ServerState, ServerStatus } from './hub.ts';
import { isAlive, self } from './owner.ts';
import type { Station } from './station.ts';

/** These states are a process's own: they are over when it is. */
const ownStates: ReadonlySet<ServerState> = new Set(['starting', 'ready', 'draining', 'backoff', 'open', 'half-open']);

/** Its state: what is known for good first, then what it does here, then what it does in another process of Omega's. */
export function stateOf({ config, facts, session }: Station): ServerState {
  if (config.disabled) return 'disabled';
  if (config.missing.length > 0 || facts.isRefused()) return 'needs-auth';
  const known = facts.get();
  if (known.quarantined === config.fingerprint) return 'quarantined';
  const phase = session.phase();
  return phase === 'cold' && isElsewhere(known) ? known.state : phase;
}

/** Writes down that its state is another one; what another process does with it is for that process to say. */
export function notePhase(station: Station, now: number): void {
  const before = station.facts.get();
  if (isElsewhere(before)) return;
  const [state, pid] = [stateOf(station), pidOf(station)];
  const isSame = state === before.state && (before.writer === self || !ownStates.has(state));
  if (isSame && pid === before.pid) return;
  station.facts.set({ state, since: isSame ? before.since : now, writer: self, pid });
}

function isElsewhere({ state, writer }: ReturnType<Station['facts']['get']>): boolean {
  return writer !== self && ownStates.has(state) && isAlive(writer);
}

function pidOf({ session }: Station): number | null {
  return session.live()?.connection.pid ?? null;
}

/** How it stands, without asking it. */
export function statusOf(station: Station, openedAt: number): ServerStatus {
  const { config, known, facts, session } = station;
  const { reachable, usable, protocol, tools, changed, notes, warning, lastError, since, ...kept } = facts.get();
  const state = stateOf(station);
  const isOff = state === 'disabled' || config.missing.length > 0;
  const noTool = config.rules.allow.length === 0 ? ['no tool is allowed: name some under omega.allow'] : [];
  return {
    name: config.name,
    summary: known?.summary ?? { en: 'from mcp.json', nl: 'uit mcp.json' },
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
    pid: ownStates.has(state) && session.phase() === 'cold' ? kept.pid : pidOf(station),
    pingMs: session.live()?.pingMs ?? null,
  };
}
