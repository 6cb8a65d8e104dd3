import type { Check, JobDeadline, Probes, QueueCounts } from './check.ts';
import type { MemoryStats } from '../memory/memory.ts';
import type { Look } from './state/evidence.ts';
import { askWithin, lookAt } from './look.ts';
import { offSince, refresh, type Known, type Monitor, type ReportEntry } from './monitor.ts';
import { isDue } from './state/state.ts';

/** What one round saw. */
export interface Seen {
  /** When it began, which is the time of all its looks. */
  readonly now: number;
  readonly looks: ReadonlyMap<string, Look>;
  /** Null: could not be asked. */
  readonly jobs: readonly JobDeadline[] | null;
  readonly queues: readonly QueueCounts[] | null;
  readonly reports: readonly ReportEntry[] | null;
  readonly memory: MemoryStats | null;
}

const askTimeoutMs = 5000;

/** Which checks to run, and until when. */
export interface Round {
  readonly signal: AbortSignal;
  readonly which: 'due' | 'all';
}

/** Looks at everything that is due, or at everything, all at once. */
export async function goRound(monitor: Monitor, { signal, which }: Round): Promise<Seen> {
  const { ordered, clock, secrets = [] } = monitor;
  const now = clock.now();
  const known = refresh(monitor);
  const due = which === 'all' ? ordered : dueAt(now, ordered, known);
  const probes = askingOnce(monitor.probes);
  const within = { clock, signal, timeoutMs: askTimeoutMs };
  const [findings, jobs, queues, reports, memory] = await Promise.all([
    Promise.all(due.map((check) => lookAt(check, { clock, probes, signal, secrets }))),
    askWithin(probes.queue.deadlines, within),
    askWithin(probes.queue.queues, within),
    monitor.reports === undefined ? null : askWithin(monitor.reports, within),
    askWithin(probes.memory.stats, within),
  ]);
  const looks = findings.map((finding, index) => [due[index]?.id ?? '', { at: now, finding }] as const);
  return { now, looks: new Map(looks), jobs, queues, reports, memory };
}

/** After the monitor was off everything is due. */
function dueAt(now: number, checks: readonly Check[], { memories, heart }: Known): readonly Check[] {
  if (offSince(heart, now) !== null) return checks;
  return checks.filter((check) => {
    const memory = memories.get(check.id);
    return memory === undefined || isDue(memory, check, now);
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
