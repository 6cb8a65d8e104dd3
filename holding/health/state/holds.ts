import type { Language, Words } from '#lib/language.ts';
import type { Check } from '../check.ts';
import type { Hold } from '../store/holds.ts';
import type { Memory } from './memory.ts';

/** What holds a check back now. */
export interface Held {
  readonly kind: NonNullable<Memory['held']>['kind'];
  /** Milliseconds since the epoch. */
  readonly from: number;
  /** Null: until it is resumed. */
  readonly until: number | null;
  /** Until when, and why. */
  readonly reason: Words;
}

/** What decides over holds. */
export interface Holding {
  readonly checks: readonly Check[];
  readonly memories: ReadonlyMap<string, Memory>;
  readonly holds: readonly Hold[];
  readonly now: number;
  /** When the monitor was last at work: what it did not see begin then begins no earlier. */
  readonly onSince: number;
  readonly timezone: string;
}

/** Which checks are held back now. A pause goes before maintenance, for what is not looked at cannot be seen. */
export function heldAt(holding: Holding): ReadonlyMap<string, Held> {
  const { checks, holds, now, onSince, timezone } = holding;
  const inForce = holds.filter(({ kind, from }) => kind !== 'snoozed' && from <= now);
  const found = new Map<string, Held>();
  for (const check of checks) {
    if (check.paused !== undefined) {
      found.set(check.id, { kind: 'paused', from: now, until: null, reason: check.paused });
      continue;
    }
    const byHand = inForce.filter((hold) => hold.check === null || hold.check === check.id);
    const held = strongest(byHand, { now, timezone }) ?? planned(check, holding);
    if (held !== null) found.set(check.id, { ...held, from: Math.max(held.from, onSince) });
  }
  return found;
}

/** When what is held back changes next; Infinity: it does not. */
export function nextEdge(holds: readonly Hold[], held: ReadonlyMap<string, Held>, now: number): number {
  const ends = [...held.values(), ...holds].flatMap(({ from, until }) => (until === null ? [from] : [from, until]));
  return Math.min(...ends.filter((at) => at > now), Infinity);
}

/** Of several of a kind the first begins it, and the last ends it. */
function strongest(byHand: readonly Hold[], at: { readonly now: number; readonly timezone: string }): Held | null {
  const kind = byHand.some((hold) => hold.kind === 'paused') ? 'paused' : 'maintenance';
  const alike = byHand.filter((hold) => hold.kind === kind);
  const [last] = alike.toSorted((one, other) => (other.until ?? Infinity) - (one.until ?? Infinity));
  if (last === undefined) return null;
  const { until, why } = last;
  return { kind, from: Math.min(...alike.map(({ from }) => from)), until, reason: tell({ kind, until, why }, at) };
}

function planned(check: Check, { memories, now, onSince, timezone }: Holding): Held | null {
  const plan = check.maintenanceAt?.(now) ?? null;
  if (plan === null) return null;
  const { until, reason: why } = plan;
  const goesOn = memories.get(check.id)?.held?.kind === 'maintenance';
  const from = goesOn ? now : beginning(check, { after: onSince, now });
  return { kind: 'maintenance', from, until, reason: tell({ kind: 'maintenance', until, why }, { now, timezone }) };
}

/** To the millisecond, though a plan tells only whether it is in force. */
function beginning(check: Check, { after, now }: { readonly after: number; readonly now: number }): number {
  let [outside, inside] = [after, now];
  while (inside - outside > 1) {
    const middle = Math.floor((outside + inside) / 2);
    if (check.maintenanceAt?.(middle) === null) outside = middle;
    else inside = middle;
  }
  return inside;
}

const kinds = {
  paused: { en: 'Paused', nl: 'Gepauzeerd' },
  maintenance: { en: 'In maintenance', nl: 'In onderhoud' },
};

function tell(
  { kind, until, why }: { readonly kind: Held['kind']; readonly until: number | null; readonly why: Words },
  { now, timezone }: { readonly now: number; readonly timezone: string },
): Words {
  const inLanguage = (language: Language): string => {
    const reason = typeof why === 'string' ? why : why[language];
    const end =
      until === null ? openEnd[language] : `${untilWord[language]} ${timeIn(language, { until, now, timezone })}`;
    return `${kinds[kind][language]} ${end}${reason === '' ? '' : `: ${reason}`}`;
  };
  return { en: inLanguage('en'), nl: inLanguage('nl') };
}

const openEnd = { en: 'until it is resumed', nl: 'tot je het hervat' };
const untilWord = { en: 'until', nl: 'tot' };
const locales = { en: 'en-GB', nl: 'nl-NL' };

function timeIn(
  language: Language,
  { until, now, timezone }: { readonly until: number; readonly now: number; readonly timezone: string },
): string {
  const day = { weekday: 'short', day: 'numeric', month: 'short', timeZone: timezone } as const;
  const days = new Intl.DateTimeFormat(locales[language], day);
  const time = new Intl.DateTimeFormat(locales[language], { hour: '2-digit', minute: '2-digit', timeZone: timezone });
  const isToday = days.format(until) === days.format(now);
  return isToday ? time.format(until) : `${days.format(until)} ${time.format(until)}`;
}
