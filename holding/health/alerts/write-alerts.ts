import type { QuietHours } from '#lib/env-variables.ts';
import type { Language, Say } from '#lib/language.ts';
import { redact } from '#lib/log.ts';
import type { Check, JobDeadline } from '../check.ts';
import type { NewAlert } from '../store/alerts.ts';
import type { Span } from '../store/history.ts';
import type { HealthStore } from '../store/store.ts';
import { clockworkIn } from './clockwork.ts';
import { followCourse, type Turn } from './course.ts';
import { decideAlerts } from './decide-alerts.ts';

/** Who is told, and where that is written down. */
export interface Audience {
  readonly store: Pick<HealthStore, 'course' | 'alerts' | 'holds'>;
  readonly say: Say;
  readonly language: Language;
  readonly timezone: string;
  readonly quietHours?: QuietHours | undefined;
  /** Stand in no alert. */
  readonly secrets?: readonly string[];
}

/** What a heartbeat decided, as the owner may have to hear of it. */
export interface Decided extends Omit<Turn, 'say' | 'checks'> {
  readonly checks: readonly Check[];
  /** The time without a heartbeat that this beat ends; null: there was none. */
  readonly gap: Span | null;
  /** Null: could not be asked. */
  readonly jobs: readonly JobDeadline[] | null;
}

const longestTitle = 120;
const longestLine = 400;

/**
 * Writes down what the owner is to be told, and the course of incidents: within the transaction of the flips, so that
 * a kill loses none. True where something is to be told now.
 */
export function writeAlerts(audience: Audience, { checks, ...decided }: Decided): boolean {
  const { store, say, timezone, language, quietHours, secrets = [] } = audience;
  const { now } = decided;
  const byId = new Map(checks.map((check) => [check.id, check]));
  const { add, amend } = decideAlerts({
    ...decided,
    say,
    checks: byId,
    clockwork: clockworkIn(timezone, language),
    quiet: { hours: quietHours, timezone, holds: store.holds.from(now) },
    incidents: followCourse(store.course, { ...decided, say, checks: byId }),
    waiting: store.alerts.waiting(now),
    flapping: store.alerts.flapping(),
    changes: store.course.changes,
  });
  for (const alert of add) store.alerts.add({ ...alert, ...safe(alert, secrets) });
  for (const alert of amend) store.alerts.amend({ ...alert, ...safe(alert, secrets) });
  return [...add, ...amend].some(({ due }) => due <= now);
}

/** Names and reasons are text of somebody else's: one line each, bounded, without what it must not show. */
function safe(
  { title, body }: Pick<NewAlert, 'title' | 'body'>,
  secrets: readonly string[],
): Pick<NewAlert, 'title' | 'body'> {
  const lines = redact(body, secrets)
    .split('\n')
    .map((one) => line(one, longestLine));
  return { title: line(redact(title, secrets), longestTitle), body: lines.filter((one) => one !== '').join('\n') };
}

function line(text: string, longest: number): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain;
}
