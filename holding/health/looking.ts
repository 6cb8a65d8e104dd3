import type { Check, Probes } from './check.ts';
import { lookAt } from './look.ts';
import type { Looking, Monitor } from './monitor.ts';
import type { Round } from './round.ts';
import type { Look } from './state/evidence.ts';

/** So long a round waits for its looks; one that takes longer is taken up by the first round after its end. */
const patienceMs = 1000;

/** Begins to look at a check. */
export function begin({ clock, say, secrets = [], looking, arrived }: Monitor, check: Check, probes: Probes): Looking {
  const stop = new AbortController();
  const done = lookAt(check, { clock, probes, signal: stop.signal, secrets, say })
    .then(
      (finding) => void arrived.set(check.id, finding),
      () => {}, // It was stopped: a look without a finding.
    )
    .finally(() => looking.delete(check.id));
  const look = { stop, done };
  looking.set(check.id, look);
  return look;
}

/**
 * Waits for new looks, or where there are none for the first of those that go on; so that one that hangs holds up no
 * other, never for long unless everything is asked for.
 * @throws the signal's reason, and stops all looks then.
 */
export async function arrivals(
  monitor: Monitor,
  looks: readonly Looking[],
  { signal, which, nextDueMs }: Round & { readonly nextDueMs: number },
): Promise<void> {
  const { clock, looking } = monitor;
  const ended = new AbortController();
  const untilMs = looks.length > 0 ? patienceMs : Math.min(patienceMs, Math.max(0, nextDueMs));
  const stopAll = (): void => stopLooks(monitor, signal);
  signal.addEventListener('abort', stopAll, { once: true });
  const all = Promise.all((which === 'all' ? [...looking.values()] : looks).map(({ done }) => done));
  const first = Promise.race([...looking.values()].map(({ done }) => done));
  const patience = clock.sleep(untilMs, AbortSignal.any([signal, ended.signal]));
  try {
    if (which === 'all') await all;
    else if (looks.length > 0) await Promise.race([all, patience]);
    else if (looking.size > 0) await Promise.race([first, patience]);
    signal.throwIfAborted();
  } finally {
    ended.abort();
    await Promise.allSettled([patience]);
    signal.removeEventListener('abort', stopAll);
  }
}

/** Ends every look that goes on, without a finding. */
export function stopLooks({ looking }: Monitor, { reason }: AbortSignal): void {
  for (const { stop } of looking.values()) stop.abort(reason);
}

/** What was seen is dated when it came in; of what is watched no longer, or was off then, nothing is taken up. */
export function takeArrived({ arrived, list }: Monitor, now: number): ReadonlyMap<string, Look> {
  const watched = new Set(list.ordered.map(({ id }) => id));
  const looks = [...arrived]
    .filter(([id]) => watched.has(id))
    .map(([id, finding]) => [id, { at: now, finding }] as const);
  arrived.clear();
  return new Map(looks);
}
