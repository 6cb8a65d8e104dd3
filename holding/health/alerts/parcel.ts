import type { Alert, Delivery } from '../store/alerts.ts';
import type { Channel, SenderOptions } from './deliver.ts';

const firstPauseMs = 5000;
const longestPauseMs = 10 * 60_000;

/** What one channel is handed. */
export interface Parcel {
  readonly channel: Channel;
  readonly alerts: readonly Alert[];
  /** Of the attempts at each alert, this one. */
  readonly attempts: ReadonlyMap<number, number>;
}

/** The attempt is written down before it is made: then a channel that dies in it is known to have begun. */
export function takeUp(channel: Channel, { store, clock }: Pick<SenderOptions, 'store' | 'clock'>): Parcel {
  const now = clock.now();
  const tried = store.alerts.triedBy(channel.name);
  const alerts = tried.some((one) => pausesAt(one, now)) ? [] : store.alerts.dueFor(channel.name, now);
  const before = new Map(tried.map(({ alert, attempts }) => [alert, attempts]));
  const attempts = new Map(alerts.map(({ id }) => [id, (before.get(id) ?? 0) + 1]));
  const parcel = { channel, alerts, attempts };
  record(parcel, { deliveredAt: null, error: null }, { store, now });
  return parcel;
}

/** A death of the process is not the channel's fault; an error is. A clock that was set back ends the pause. */
function pausesAt({ attempts, triedAt, error }: Delivery, now: number): boolean {
  if (error === null || triedAt > now) return false;
  return now < triedAt + Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs);
}

/** Writes down how an attempt at all of them went. */
export function record(
  { channel, alerts, attempts }: Parcel,
  how: Pick<Delivery, 'deliveredAt' | 'error'>,
  { store, now }: { store: SenderOptions['store']; now: number },
): void {
  for (const { id } of alerts) {
    const delivery = { alert: id, channel: channel.name, attempts: attempts.get(id) ?? 1, triedAt: now };
    store.alerts.record({ ...delivery, ...how });
  }
}
