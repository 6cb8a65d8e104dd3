import type { Say, Words } from '#lib/language.ts';
import type { Check } from './check.ts';
import type { Memory } from './state/memory.ts';
import type { Snapshot, State } from './snapshot.ts';

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
export function overallOf(all: readonly Watched[], say: Say): Overall {
  const watched = all.filter(({ memory }) => !leftOut.has(memory.state));
  const among = (states: readonly State[]): Watched[] => watched.filter((one) => states.includes(weightOf(one)));

  const [broken, ailing, unclear] = [among(down), among(poor), among(unsure)];
  if (broken.length > 0) return { state: 'down', headline: tell(broken, areDown, say) };
  if (ailing.length > 0) return { state: 'degraded', headline: tell(ailing, needALook, say) };
  if (watched.length === 0) return { state: 'unknown', headline: say(nothing) };
  if (unclear.length > 0) return { state: 'unknown', headline: tellUnclear(unclear, say) };
  return { state: 'up', headline: say(allWell) };
}

const allWell = { en: 'All well', nl: 'Alles goed' };
const nothing = { en: 'Nothing is watched', nl: 'Er wordt niets bewaakt' };
const firstTime = { en: 'Looking for the first time', nl: 'Kijkt voor het eerst' };

/** What is said of one thing, and of several. */
interface Predicate {
  readonly one: Words;
  readonly many: Words;
}

/** The page lists them all; a headline is read at a glance. */
const mostNamed = 4;

const areDown = { one: { en: 'is down', nl: 'ligt plat' }, many: { en: 'are down', nl: 'liggen plat' } };
const needALook = {
  one: { en: 'needs a look', nl: 'vraagt aandacht' },
  many: { en: 'need a look', nl: 'vragen aandacht' },
};
const areNotKnown = {
  one: { en: 'is not known', nl: 'is niet bekend' },
  many: { en: 'are not known', nl: 'zijn niet bekend' },
};

/** How much its state counts: what is down need not take the whole with it. */
function weightOf({ check, memory: { state } }: Watched): State {
  return state === 'down' ? (check.worstOverall ?? state) : state;
}

function tell(watched: readonly Watched[], { one, many }: Predicate, say: Say): string {
  const [first, ...others] = watched;
  if (first === undefined) return '';
  if (others.length === 0) return say(ownHeadline(first) ?? `${say(first.check.name)} ${say(one)}`);
  const shown = watched.slice(0, mostNamed).map(({ check }) => say(check.name));
  const more = watched.length - shown.length;
  const rest = more === 0 ? '' : say({ en: ` and ${more} more`, nl: ` en nog ${more}` });
  return `${watched.length} ${say({ en: 'checks', nl: 'controles' })} ${say(many)}: ${shown.join(', ')}${rest}`;
}

/** A check has words of its own for being poor or down, none for not being known. */
function ownHeadline({ check, memory }: Watched): Words | undefined {
  if (memory.state === 'down') return check.headline?.down;
  return poor.includes(memory.state) ? check.headline?.degraded : undefined;
}

function tellUnclear(watched: readonly Watched[], say: Say): string {
  if (watched.every(({ memory }) => memory.state === 'new')) return say(firstTime);
  return tell(watched, areNotKnown, say);
}
