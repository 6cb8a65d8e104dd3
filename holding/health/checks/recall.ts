import { messageOf } from '#lib/errors.ts';
import type { MemoryStats } from '../../memory/memory.ts';
import { defineCheck, type CheckContext, type Finding } from '../check.ts';
import { ageWords, amount } from '../views/wording.ts';

/** A record that is in no index of vectors for so long waits for more than the next write. */
const longPendingMs = 15 * 60_000;
/** As the index says it of itself. One that is away comes back; one that is broken was made anew, and did not get well. */
const broken = /index of vectors is broken/;
const rebuild = { what: 'Have the memory’s index made anew', command: 'npm run memory -- rebuild', minutes: 2 };
/** A Chroma that hangs costs the heartbeat no more. */
const probeTimeoutMs = 8000;

/** Whether Omega can remember and recall: it counts the records, and has a vector written, read back and found. */
export default defineCheck({
  id: 'memory-recall',
  name: 'Recall',
  group: 'memory',
  everyMs: 5 * 60_000,
  timeoutMs: 12_000,
  dependsOn: ['chroma'],
  worstOverall: 'degraded',
  headline: { degraded: 'The memory answers by words alone', down: 'The memory cannot be read' },
  run: async (context) => {
    const stats = await statsOf(context);
    if (typeof stats === 'string') return unreadable(stats);
    return judgeRecall(stats, await probed(context), context.clock.now());
  },
});

/** A text: why it cannot be read. */
async function statsOf({ probes, signal }: CheckContext): Promise<MemoryStats | string> {
  try {
    return await probes.memory.stats();
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
}

function unreadable(why: string): Finding {
  const todo = { what: 'Mend the memory’s journal', command: 'npm run doctor', minutes: 10 };
  return { status: 'fail', explicit: true, reason: `It cannot be read: ${why}`, todo };
}

/** Milliseconds of a vector's way in and back; a text: why it did not come back. */
async function probed({ probes, signal }: CheckContext): Promise<number | string> {
  try {
    return await probes.memory.probe(AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]));
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
}

/** What the counts mean, and what became of the vector. */
export function judgeRecall(stats: MemoryStats, probe: number | string, now: number): Finding {
  const { index, lastWriteAt } = stats;
  const told = tell(stats, now);
  const fault = typeof probe === 'string' ? probe : index.fault;
  const latency = typeof probe === 'string' ? {} : { latencyMs: probe };
  if (fault !== null) {
    const reason = `Answers by words alone: ${fault.replace(/\.$/, '')}. ${told}`;
    return { status: 'warn', ...latency, reason, ...(broken.test(fault) ? { todo: rebuild } : {}) };
  }
  if (index.next !== null) {
    const moving = `moves to the model ${index.next}, ${amount(index.pending, 'record')} to go`;
    return { status: 'ok', ...latency, reason: `${told}; ${moving}` };
  }
  if (index.pending > 0 && now - (lastWriteAt ?? 0) > longPendingMs) {
    const todo = { what: 'See why records stay out of the index', command: 'npm run job:memory-index', minutes: 5 };
    const waits = `${amount(index.pending, 'record')} not in the index of vectors for more than 15 minutes`;
    return { status: 'warn', ...latency, reason: `${told}; ${waits}`, todo };
  }
  return { status: 'ok', ...latency, reason: told };
}

function tell({ counts, growth, lastWriteAt, lastRecall }: MemoryStats, now: number): string {
  const total = counts.reduce((sum, { records }) => sum + records, 0);
  if (total === 0) return 'Empty: nothing is remembered yet';
  const parts = [
    amount(total, 'record'),
    `${growth.week} new this week`,
    ...(lastWriteAt === null ? [] : [`last write ${ageWords(now - lastWriteAt)} ago`]),
    ...(lastRecall === null ? [] : [`last recall in ${Math.round(lastRecall.tookMs)} ms`]),
  ];
  return parts.join(', ');
}
