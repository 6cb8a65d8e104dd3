import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { z } from 'zod';
import { sayIn } from '#lib/language.ts';
import { checkListOf } from './check-list.ts';
import type { Beat, Health } from './health.ts';
import { keep } from './keep.ts';
import { readKnown, tickMs, type HealthOptions, type Monitor } from './monitor.ts';
import { isNews, publish, tellBy } from './publish.ts';
import { goRound, nextDue, type Round, type Seen } from './round.ts';

/** The heartbeat over a set of checks; what it knows lies in the store and continues after a restart. */
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
  const { store, checks, clock, paths, version, timezone, language } = options;
  const startedAt = clock.now();
  const bootedAt = Math.max(0, Math.round(startedAt - uptime() * 1000));
  const known = readKnown(store);
  const seq = Math.max(known.heart.seq, writtenSeq(paths.snapshot));
  return {
    ...options,
    say: sayIn(language),
    list: checkListOf(checks),
    host: { name: hostname(), version, timezone, bootedAt, startedAt, network: options.network ?? null },
    known: { ...known, heart: { ...known.heart, seq } },
    looking: new Map(),
    arrived: new Map(),
    publishedAt: null,
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
  monitor.list.refresh();
  const seen = await goRound(monitor, round);
  const outcome = keep(monitor, seen);
  const { heart, memories, stored, unwritten, flips, overall, saved } = outcome;
  monitor.known = { heart, memories, stored, unwritten, saved };
  for (const { check, from, to, reason } of flips) monitor.log.info(`${check}: ${from} → ${to}`, { reason });
  const published = isNews(monitor, round, outcome);
  if (published) await publish(monitor, { round, seen, outcome });
  return {
    seq: heart.seq,
    checked: seen.looks.size,
    flips,
    nextDueAt: Math.min(nextBeat(monitor, seen), published ? Infinity : tellBy(monitor)),
    ...overall,
    published,
    alertsDue: outcome.alertsDue,
  };
}

/** Looks that go on are waited for in the next one. */
function nextBeat(monitor: Monitor, { now, heldUntil }: Seen): number {
  if (monitor.looking.size > 0) return now;
  return Math.min(now + tickMs, heldUntil, nextDue(monitor, monitor.known));
}
