import { writeFileAtomic } from '#lib/atomic-file.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { watchedAmong, type Outcome } from './keep.ts';
import { lastActionOf } from './last-action.ts';
import { askWithin } from './look.ts';
import { askTimeoutMs, staleMs, type Monitor } from './monitor.ts';
import { present, type Present } from './present.ts';
import type { Round, Seen } from './round.ts';
import type { LastAction, Snapshot } from './snapshot.ts';
import { noHistory } from './store/last90.ts';

/** Without news the snapshot is written no more often than this. */
const publishEveryMs = 10_000;

/** Whether the snapshot is to be written: what changed is shown at once; that all is as it was, from time to time. */
export function isNews({ publishedAt, clock }: Monitor, { which }: Round, { flips, fault }: Outcome): boolean {
  if (publishedAt === null || which !== 'due' || flips.length > 0 || fault !== null) return true;
  return Math.abs(clock.now() - publishedAt) >= publishEveryMs;
}

/** When what a beat saw must be told at the latest, also where nothing is due sooner: a report was made, a hold ended. */
export function tellBy({ publishedAt, clock }: Monitor): number {
  const now = clock.now();
  return Math.min(publishedAt ?? now, now) + publishEveryMs;
}

/** Writes the snapshot. @throws OmegaError where that cannot be. */
export async function publish(
  monitor: Monitor,
  { round, seen, outcome }: { readonly round: Round; readonly seen: Seen; readonly outcome: Outcome },
): Promise<void> {
  const { store, clock, host, paths, language, list, say } = monitor;
  const { overall, heart, memories, fault } = outcome;
  const asked = await askFor(monitor, seen, round);
  const lastAction = lastActionIn(monitor, asked.reports);
  const now = clock.now();
  const faults = [store.fault, store.runs.fault(), fault, listFault(monitor)].filter((one) => one !== null).map(say);
  const watched = watchedAmong(list.listed, memories);
  const facts = {
    now,
    staleAfter: now + staleMs,
    seq: heart.seq,
    overall,
    watched,
    ...asked,
    lastAction,
    language,
    host,
    faults,
  };
  try {
    await writeFileAtomic(paths.snapshot, `${JSON.stringify(picture(monitor, facts))}\n`);
    monitor.publishedAt = now;
  } catch (cause) {
    throw new OmegaError('The snapshot could not be written, so the page will turn stale', {
      code: 'E_SNAPSHOT',
      hint: `Look at the space and the permissions of ${paths.snapshot}; npm run doctor does.`,
      cause,
    });
  }
}

/** What only the snapshot tells; null: could not be asked. */
async function askFor(
  { clock, reports }: Monitor,
  { probes }: Seen,
  { signal }: Round,
): Promise<Pick<Present, 'jobs' | 'queues' | 'reports' | 'outbox' | 'units' | 'memory' | 'undelivered'>> {
  const within = { clock, signal, timeoutMs: askTimeoutMs };
  const [jobs, queues, told, outbox, units, memory, alerts] = await Promise.all([
    askWithin(probes.queue.deadlines, within),
    askWithin(probes.queue.queues, within),
    reports === undefined ? null : askWithin(reports, within),
    askWithin(async () => probes.outbox(), within),
    askWithin(probes.units, within),
    askWithin(probes.memory.stats, within),
    askWithin(async () => probes.alerts(), within),
  ]);
  return { jobs, queues, reports: told, outbox, units, memory, undelivered: alerts?.undelivered ?? 0 };
}

/** Null also where the records cannot be read: what is wrong with them is told apart. */
function lastActionIn({ store, unitJobs = {}, say, log }: Monitor, reports: Present['reports']): LastAction | null {
  try {
    return lastActionOf({ runs: store.runs, unitJobs, reports, say });
  } catch (error) {
    log.error('What the units did last could not be read', { error });
    return null;
  }
}

function listFault({ list }: Monitor): Words | null {
  const { fault } = list;
  if (fault === null) return null;
  return {
    en: `The checks as they are now cannot be used, those before are in force: ${fault}`,
    nl: `De controles zoals ze nu zijn kunnen niet gebruikt worden, die van daarvoor gelden nog: ${fault}`,
  };
}

/** Without its history where that cannot be read: the present matters more. */
function picture({ store, log, say }: Monitor, facts: Present): Snapshot {
  try {
    return present(store, facts);
  } catch (error) {
    log.error('The history could not be read', { error });
    const why = messageOf(error);
    const unread = {
      en: `The history could not be read: ${why}`,
      nl: `De geschiedenis kon niet gelezen worden: ${why}`,
    };
    const faults = [...facts.faults, say(unread)];
    return present({ last90: () => noHistory, incidents: () => [], newestFlips: () => null }, { ...facts, faults });
  }
}
