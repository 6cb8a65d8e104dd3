import type { HoldRow, RunRow, SpanView, TimelineRow, UnitPage } from '#holding/health/views.ts';
import type { Language, Say, Translated } from '#lib/language.ts';
import { lasting } from './lasting.ts';
import type { Shape } from './shapes.ts';

/** Where the time of a span went: `Up 23 h 58 min, down 2 min`; what was not watched comes last. */
export function timeWords({ times }: Pick<SpanView, 'times'>, say: Say, language: Language): string {
  const known = times.filter(({ state }) => state !== 'new');
  const unwatched = times.find(({ state }) => state === 'new');
  const words = known.map(
    ({ word, ms }, index) => `${index === 0 ? word : word.toLowerCase()} ${lasting(ms, language)}`,
  );
  if (unwatched === undefined) return words.join(', ');
  const before = lasting(unwatched.ms, language);
  const text =
    words.length === 0 ? { en: 'Not watched', nl: 'Niet bekeken' } : { en: 'not watched', nl: 'niet bekeken' };
  return [...words, `${say(text)} ${before}`].join(', ');
}

/** How a run of a job ended. */
export const outcomeWords: Readonly<Record<NonNullable<RunRow['outcome']>, Translated>> = {
  done: { en: 'Done', nl: 'Gelukt' },
  failed: { en: 'Failed', nl: 'Mislukt' },
  dead: { en: 'Given up', nl: 'Opgegeven' },
  interrupted: { en: 'Interrupted', nl: 'Onderbroken' },
  skipped: { en: 'Skipped', nl: 'Overgeslagen' },
  stale: { en: 'Too late', nl: 'Te laat' },
  missed: { en: 'Missed', nl: 'Gemist' },
};

/** Why a run began. */
export const runReasons: Readonly<Record<RunRow['reason'], Translated>> = {
  tick: { en: 'schedule', nl: 'schema' },
  'catch-up': { en: 'caught up', nl: 'ingehaald' },
  manual: { en: 'by hand', nl: 'met de hand' },
  event: { en: 'asked for', nl: 'gevraagd' },
};

/** The shape of a run: a going one and one that was skipped are quiet. */
export function runShape(outcome: RunRow['outcome']): Shape {
  if (outcome === 'done') return 'up';
  if (outcome === null) return 'new';
  return outcome === 'skipped' ? 'off' : outcome === 'failed' || outcome === 'dead' ? 'down' : 'degraded';
}

/** What the owner holds back. */
export const holdWords: Readonly<Record<HoldRow['kind'], Translated>> = {
  paused: { en: 'Paused', nl: 'Gepauzeerd' },
  maintenance: { en: 'Maintenance', nl: 'Onderhoud' },
  snoozed: { en: 'Alerts snoozed', nl: 'Meldingen uitgesteld' },
};

/** What happened in the course of an incident. */
export const eventWords: Readonly<Record<TimelineRow['kind'], Translated>> = {
  failing: { en: 'First failing look', nl: 'Eerste mislukte controle' },
  detected: { en: 'Detected', nl: 'Vastgesteld' },
  affected: { en: 'Affected', nl: 'Getroffen' },
  told: { en: 'Alert', nl: 'Melding' },
  seen: { en: 'Seen by you', nl: 'Door jou gezien' },
  changed: { en: 'Changed', nl: 'Veranderd' },
  ended: { en: 'Ended', nl: 'Voorbij' },
  waiting: { en: 'Not delivered yet', nl: 'Nog niet bezorgd' },
};

/** How the mandate of a unit stands. */
export const mandateWords: Readonly<Record<UnitPage['unit']['mandate']['state'], Translated>> = {
  ok: { en: 'In force', nl: 'Geldig' },
  expiring: { en: 'Ends soon', nl: 'Loopt binnenkort af' },
  expired: { en: 'Expired', nl: 'Verlopen' },
  unapproved: { en: 'Not approved', nl: 'Niet goedgekeurd' },
  invalid: { en: 'Faulty', nl: 'Onjuist' },
  missing: { en: 'Missing', nl: 'Ontbreekt' },
};

/** The shape of a mandate: only one that is in force is green. */
export function mandateShape(state: UnitPage['unit']['mandate']['state']): Shape {
  return state === 'ok' ? 'up' : state === 'expiring' ? 'degraded' : 'down';
}

/** What pages say where the records of the past cannot be read. */
export const pastUnknown: Translated = {
  en: 'The records of the past cannot be read, so nothing is known of it here:',
  nl: 'De gegevens van vroeger zijn niet te lezen, dus hier is er niets over bekend:',
};

/** The kinds of what is remembered, as far as they have a word. */
export const kindWords: Readonly<Record<string, Translated>> = {
  trend: { en: 'trend', nl: 'trend' },
  fact: { en: 'fact', nl: 'feit' },
  decision: { en: 'decision', nl: 'besluit' },
  mandate: { en: 'mandate', nl: 'mandaat' },
  incident: { en: 'incident', nl: 'storing' },
  reflection: { en: 'reflection', nl: 'terugblik' },
};
