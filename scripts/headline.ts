import { freshnessOf } from '#lib/clock.ts';
import type { Snapshot } from '#holding/health/snapshot.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { paint } from './command.ts';
import { inWords } from './duration.ts';

const marks = {
  up: ['green', '✓'],
  degraded: ['yellow', '!'],
  down: ['red', '✗'],
  unknown: ['yellow', '?'],
} as const;

/**
 * How it stands, in one line: what the last heartbeat said, as far as that may be called current, and what the
 * supervisor knows better by now.
 */
export function headline(snapshot: Snapshot | null, services: readonly ServiceStatus[], now: number): string {
  if (snapshot === null) return `${paint('yellow', '?')} No heartbeat yet, so nothing is known.`;
  const { headline: said, state } = snapshot.overall;
  const age = inWords(now - snapshot.generatedAt);
  const freshness = freshnessOf(snapshot, now);
  if (freshness === 'stale') return `${paint('red', '✗ STALE')} The last heartbeat was ${age} ago; it said: ${said}`;
  if (freshness === 'future') {
    return `${paint('yellow', '?')} The last heartbeat is dated in the future, so nothing is known of now; it said: ${said}`;
  }
  const [colour, mark] = marks[state];
  const troubles = services.filter((service) => service.state !== 'ready').map(inTrouble);
  const trouble = troubles.join(', ');
  if (trouble === '') return `${paint(colour, mark)} ${paint('bold', said)} (${state}, seen ${age} ago)`;
  if (state === 'up') return `${paint('yellow', '!')} ${paint('bold', said)} ${age} ago, but ${trouble} now`;
  return `${paint(colour, mark)} ${paint('bold', said)} (${state}, seen ${age} ago), and ${trouble} now`;
}

/** What was last known where nothing runs. */
export function lastKnown(snapshot: Snapshot, now: number): string {
  const isOfFuture = freshnessOf(snapshot, now) === 'future';
  const when = isOfFuture ? 'dated in the future' : `${inWords(now - snapshot.generatedAt)} ago`;
  return `Last known, ${when}: ${snapshot.overall.headline}`;
}

function inTrouble({ name, state }: ServiceStatus): string {
  return `${name} is ${state === 'backoff' ? 'in backoff' : state}`;
}
