import type { Check, JobDeadline, Probes } from './check.ts';
import { askWithin } from './look.ts';
import { arrivals, begin, stopLooks, takeArrived } from './looking.ts';
import { askTimeoutMs, offSince, refresh, type Known, type Monitor } from './monitor.ts';
import type { Look } from './state/evidence.ts';
import type { Memory } from './state/memory.ts';
import { heldAt, nextEdge, type Held } from './state/holds.ts';
import { earlyMs, isDue } from './state/state.ts';

/** What one round saw. */
export interface Seen {
  /** When it began, which is the time of all its looks. */
  readonly now: number;
  readonly looks: ReadonlyMap<string, Look>;
  /** What the owner held back then. */
  readonly held: ReadonlyMap<string, Held>;
  /** When that changes next. */
  readonly heldUntil: number;
  /** Asked after the monitor was off, for what has yet to be caught up; null: could not be asked, or was not. */
  readonly jobs: readonly JobDeadline[] | null;
  /** Each question about the whole is asked once in a round, by checks and snapshot together. */
  readonly probes: Probes;
}

/** Which checks to run, and until when. */
export interface Round {
  readonly signal: AbortSignal;
  /** `news`: those that are due, and what else is new is written down at once. */
  readonly which: 'due' | 'news' | 'all';
}

/** Looks at everything that is due, or at everything, all at once. */
export async function goRound(monitor: Monitor, { signal, which }: Round): Promise<Seen> {
  const { clock, store, list, timezone } = monitor;
  if (signal.aborted) stopLooks(monitor, signal);
  signal.throwIfAborted();
  const now = clock.now();
  const known = refresh(monitor);
  const { memories, heart } = known;
  const holds = store.holds.from(now);
  const isBack = offSince(heart, now) !== null;
  const onSince = isBack ? now : Math.min(heart.beatAt ?? now, now);
  const held = heldAt({ checks: list.ordered, memories, holds, now, onSince, timezone });
  const probes = askingOnce(monitor.probes);
  const wanted = list.ordered.filter(({ id }) => held.get(id)?.kind !== 'paused' && !monitor.looking.has(id));
  const due = which === 'all' ? wanted : dueAmong(wanted, { monitor, known, held, now });
  const looks = due.map((check) => begin(monitor, check, probes));
  await arrivals(monitor, looks, { signal, which, nextDueMs: nextDue(monitor, known) - now });
  const ask = { clock, signal, timeoutMs: askTimeoutMs };
  const jobs = isBack ? await askWithin(probes.queue.deadlines, ask) : null;
  return { now, looks: takeArrived(monitor, now), held, heldUntil: nextEdge(holds, held, now), jobs, probes };
}

/** When the next look begins; what is being looked at, and what is not looked at, is none. */
export function nextDue(monitor: Monitor, { memories }: Pick<Known, 'memories'>): number {
  const { list, looking, clock } = monitor;
  let earliest = Infinity;
  for (const check of list.ordered) {
    const memory = memories.get(check.id);
    if (memory !== undefined && memory.held?.kind !== 'paused' && !looking.has(check.id)) {
      earliest = Math.min(earliest, hasNews(monitor, check, memory) ? clock.now() : memory.nextAt);
    }
  }
  return earliest;
}

/** Also of what came in while it was looked at. */
function hasNews({ probes, clock }: Monitor, check: Check, { lastSeen }: Memory): boolean {
  return lastSeen !== null && check.hasNews?.(probes, lastSeen, clock.now()) === true;
}

/** At the start and after the monitor was off everything is due; and what nothing holds back any more. */
function dueAmong(
  checks: readonly Check[],
  { monitor, known, held, now }: { monitor: Monitor; known: Known; held: Seen['held']; now: number },
): readonly Check[] {
  const { memories, heart } = known;
  if (monitor.publishedAt === null || offSince(heart, now) !== null) return checks;
  return checks.filter((check) => {
    const memory = memories.get(check.id);
    if (memory === undefined || isDue(memory, check, now) || memory.since > now + earlyMs) return true;
    if (hasNews(monitor, check, memory)) return true;
    return memory.held !== null && !held.has(check.id);
  });
}

/** Checks and snapshot ask the same questions; in one round each is asked once. */
function askingOnce(probes: Probes): Probes {
  const { queue, units, memory } = probes;
  return {
    ...probes,
    units: once(units),
    memory: { ...memory, stats: once(memory.stats) },
    queue: {
      canary: (signal) => queue.canary(signal),
      clockSkewMs: () => queue.clockSkewMs(),
      deadlines: once(() => queue.deadlines()),
      queues: once(() => queue.queues()),
    },
  };
}

function once<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  return () => (answer ??= Promise.try(ask));
}
