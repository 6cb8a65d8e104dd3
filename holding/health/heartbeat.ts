import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { inOrder } from './state/decide.ts';
import type { Beat, Health } from './health.ts';
import { keep, watchedAmong, type Outcome } from './keep.ts';
import { staleMs, tickMs, type HealthOptions, type Monitor } from './monitor.ts';
import { present, type Present } from './present.ts';
import { goRound, type Round, type Seen } from './round.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The heartbeat over a set of checks; what it knows lies in the store and continues after a restart.
 * @throws OmegaError, exit code 2, where the checks cannot be put in order.
 */
export function createHealth(options: HealthOptions): Health {
  const monitor = monitorOf(options);
  let previous: Promise<unknown> = Promise.resolve();
  return {
    beat(signal, which = 'due') {
      // One at a time; the next one comes whether this one succeeds or not.
      const beat = previous.then(() => beatOnce(monitor, { signal, which }));
      previous = Promise.allSettled([beat]);
      return beat;
    },
    prune: () => options.store.prune(options.clock.now()),
  };
}

function monitorOf(options: HealthOptions): Monitor {
  const { store, checks, clock, paths, version, timezone } = options;
  const heart = store.heart();
  const startedAt = clock.now();
  const bootedAt = Math.max(0, Math.round(startedAt - uptime() * 1000));
  return {
    ...options,
    ordered: inOrder(checks),
    host: { name: hostname(), version, timezone, bootedAt, startedAt },
    known: { memories: store.memories(), heart: { ...heart, seq: Math.max(heart.seq, writtenSeq(paths.snapshot)) } },
  };
}

/** A snapshot outlives records that were set aside, and its number may never go back. */
function writtenSeq(path: string): number {
  try {
    return z.object({ seq: z.int() }).parse(JSON.parse(readFileSync(path, 'utf8'))).seq;
  } catch {
    return 0; // None yet, or none that can be read: there is nothing to go on from.
  }
}

async function beatOnce(monitor: Monitor, round: Round): Promise<Beat> {
  round.signal.throwIfAborted();
  const seen = await goRound(monitor, round);
  const outcome = keep(monitor, seen);
  const { heart, memories, flips, overall } = outcome;
  monitor.known = { heart, memories };
  for (const { check, from, to, reason } of flips) monitor.log.info(`${check}: ${from} → ${to}`, { reason });
  await publish(monitor, seen, outcome);
  const nextDueAt = Math.min(seen.now + tickMs, ...[...memories.values()].map(({ nextAt }) => nextAt));
  return { seq: heart.seq, checked: seen.looks.size, flips, nextDueAt, headline: overall.headline };
}

async function publish(monitor: Monitor, { jobs, queues, reports, memory }: Seen, outcome: Outcome): Promise<void> {
  const { store, clock, host, paths, checks } = monitor;
  const { overall, heart, memories, fault } = outcome;
  const now = clock.now();
  const faults = [store.fault, store.runs.fault(), fault].filter((one) => one !== null);
  const watched = watchedAmong(checks, memories);
  const asked = { jobs, queues, reports, memory };
  const facts = { now, staleAfter: now + staleMs, seq: heart.seq, overall, watched, ...asked, host, faults };
  try {
    await writeFileAtomic(paths.snapshot, `${JSON.stringify(picture(monitor, facts))}\n`);
  } catch (cause) {
    throw new OmegaError('The snapshot could not be written, so the page will turn stale', {
      code: 'E_SNAPSHOT',
      hint: `Look at the space and the permissions of ${paths.snapshot}; npm run doctor does.`,
      cause,
    });
  }
}

/** Without its history where that cannot be read: the present matters more. */
function picture({ store, log }: Monitor, facts: Present): Snapshot {
  try {
    return present(store, facts);
  } catch (error) {
    log.error('The history could not be read', { error });
    const faults = [...facts.faults, `The history could not be read: ${messageOf(error)}`];
    return present({ flips: () => [], incidents: () => [] }, { ...facts, faults });
  }
}
