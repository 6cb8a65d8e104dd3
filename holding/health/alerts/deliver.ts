import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Say, Words } from '#lib/language.ts';
import { redact, type Log } from '#lib/log.ts';
import type { AlertStanding } from '../check.ts';
import type { Alert } from '../store/alerts.ts';
import type { HealthStore } from '../store/store.ts';
import { record, takeUp, type Parcel } from './parcel.ts';

/** Somewhere the owner is told: a file, the page, a bot. */
export interface Channel {
  /** Stable: deliveries are remembered by it. */
  readonly name: string;
  /** Where a person finds what it told, as in “told in the export folder”. */
  readonly where: Words;
  /**
   * Tells these together, in one message where they are several. The same alerts can come again after a kill: whoever
   * can, tells them once. Rejects where they did not get through; then they are tried again.
   */
  readonly deliver: (alerts: readonly Alert[], signal: AbortSignal) => Promise<void>;
}

/** Delivers what is due, as the job `alert-send` does. */
export interface AlertSender {
  readonly deliver: (signal: AbortSignal) => Promise<{ readonly delivered: number; readonly waiting: number }>;
}

/** What delivering takes. */
export interface SenderOptions {
  readonly store: Pick<HealthStore, 'alerts' | 'course' | 'transaction'>;
  readonly channels: readonly Channel[];
  readonly clock: Clock;
  readonly log: Log;
  readonly say: Say;
  /** A channel that takes longer has failed. */
  readonly timeoutMs?: number;
  /** Stand in no record of a failure. */
  readonly secrets?: readonly string[];
}

const longestError = 200;

/**
 * A sender over channels: each gets what is due in the order in which it was written down, several at once, and holds
 * up no other. What was being sent when the process died is sent again; what failed, after 5 s and then ever later, at
 * the latest after 10 minutes.
 */
export function createAlertSender(options: SenderOptions): AlertSender & {
  /** How it goes, for the check of it and for the page. */
  readonly standing: () => AlertStanding;
} {
  const { store, channels, clock } = options;
  const standing = (): AlertStanding => store.alerts.standing(namesOf(channels), clock.now());
  let previous: Promise<unknown> = Promise.resolve();
  return {
    deliver(signal) {
      // One at a time, so that no channel is handed the same alert twice at once.
      const delivering = previous.then(() => deliverDue(options, signal));
      previous = Promise.allSettled([delivering]);
      return delivering;
    },
    standing,
  };
}

function namesOf(channels: readonly Channel[]): string[] {
  return channels.map(({ name }) => name);
}

async function deliverDue(options: SenderOptions, signal: AbortSignal): ReturnType<AlertSender['deliver']> {
  const { store, channels } = options;
  const delivered = new Set<number>();
  for (let round = await deliverRound(options, signal); round.length > 0; round = await deliverRound(options, signal)) {
    for (const id of round) delivered.add(id);
  }
  const now = options.clock.now();
  const waiting = namesOf(channels).flatMap((name) => store.alerts.dueFor(name, now).map(({ id }) => id));
  return { delivered: delivered.size, waiting: new Set(waiting).size };
}

/** To each channel as much as it takes at once. Resolves to the ids that got through. */
async function deliverRound(options: SenderOptions, signal: AbortSignal): Promise<readonly number[]> {
  const { store, channels } = options;
  signal.throwIfAborted();
  // All of it before anything is sent: a channel that is new is owed what no other has told yet.
  const parcels = store.transaction(() => channels.map((channel) => takeUp(channel, options)));
  const delivered = await Promise.all(parcels.map((parcel) => send(parcel, options, signal)));
  signal.throwIfAborted();
  return delivered.flat();
}

/** Resolves to the ids that got through. */
async function send(parcel: Parcel, options: SenderOptions, signal: AbortSignal): Promise<readonly number[]> {
  const { store, clock, log, secrets = [] } = options;
  const { channel, alerts } = parcel;
  if (alerts.length === 0) return [];
  try {
    await inTime(parcel, options, signal);
  } catch (error) {
    if (signal.aborted) return []; // Told by the caller; it is tried again, for nothing was recorded.
    const why = redact(messageOf(error), secrets).replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
    log.warn('Alerts could not be delivered; they are tried again', { channel: channel.name, error: why });
    const failure = { deliveredAt: null, error: why.slice(0, longestError) };
    store.transaction(() => record(parcel, failure, { store, now: clock.now() }));
    return [];
  }
  store.transaction(() => recordSuccess(parcel, options));
  return alerts.map(({ id }) => id);
}

/** A channel that ignores its signal is waited for no longer than another. */
async function inTime(
  { channel, alerts }: Parcel,
  { clock, timeoutMs = 30_000 }: SenderOptions,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const within = AbortSignal.any([signal, over.signal]);
  const late = clock.sleep(timeoutMs, within).then(() => {
    throw new Error(`no answer within ${timeoutMs / 1000} s`);
  });
  try {
    await Promise.race([Promise.try(() => channel.deliver(alerts, within)), late]);
  } finally {
    over.abort();
  }
}

function recordSuccess(parcel: Parcel, { store, clock, say }: SenderOptions): void {
  const now = clock.now();
  record(parcel, { deliveredAt: now, error: null }, { store, now });
  const where = say(parcel.channel.where);
  for (const { incident, title } of parcel.alerts) {
    if (incident === null) continue;
    const text = say({ en: `Told ${where}: ${title}`, nl: `Gemeld ${where}: ${title}` });
    store.course.note(incident, { at: now, kind: 'told', text });
  }
}
