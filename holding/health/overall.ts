import type { Check } from './check.ts';
import type { Memory } from './state/memory.ts';
import type { Snapshot, State } from './snapshot.ts';
import { amount } from './views/wording.ts';

/** A check together with what is known of it. */
export interface Watched {
  readonly check: Check;
  readonly memory: Memory;
}

/** How it all stands, and a headline that a person would say. */
export type Overall = Pick<Snapshot['overall'], 'state' | 'headline'>;

const down: readonly State[] = ['down'];
const poor: readonly State[] = ['degraded', 'late', 'flapping'];
const unsure: readonly State[] = ['unknown', 'new', 'blocked'];

const leftOut: ReadonlySet<State> = new Set(['paused', 'maintenance', 'off']);

/** The worst of all; green only when something is watched and every watched thing is known to be up. */
export function overallOf(all: readonly Watched[]): Overall {
  const watched = all.filter(({ memory }) => !leftOut.has(memory.state));
  const among = (states: readonly State[]): Watched[] => watched.filter((one) => states.includes(weightOf(one)));

  const [broken, ailing, unclear] = [among(down), among(poor), among(unsure)];
  if (broken.length > 0) return { state: 'down', headline: say(broken, 'is down', 'are down') };
  if (ailing.length > 0) return { state: 'degraded', headline: say(ailing, 'needs a look', 'need a look') };
  if (watched.length === 0) return { state: 'unknown', headline: 'Nothing is watched' };
  if (unclear.length > 0) return { state: 'unknown', headline: sayUnclear(unclear) };
  return { state: 'up', headline: 'All well' };
}

/** How much its state counts: what is down need not take the whole with it. */
function weightOf({ check, memory: { state } }: Watched): State {
  return state === 'down' ? (check.worstOverall ?? state) : state;
}

function say(watched: readonly Watched[], one: string, many: string): string {
  const [first, ...others] = watched;
  if (first === undefined) return '';
  if (others.length === 0) return ownHeadline(first) ?? `${first.check.name} ${one}`;
  return `${amount(watched.length, 'check')} ${many}: ${watched.map(({ check }) => check.name).join(', ')}`;
}

/** A check has words of its own for being poor or down, none for not being known. */
function ownHeadline({ check, memory }: Watched): string | undefined {
  if (memory.state === 'down') return check.headline?.down;
  return poor.includes(memory.state) ? check.headline?.degraded : undefined;
}

function sayUnclear(watched: readonly Watched[]): string {
  if (watched.every(({ memory }) => memory.state === 'new')) return 'Looking for the first time';
  return say(watched, 'is not known', 'are not known');
}
