import { z } from 'zod';
import { defineJob } from './omega.ts';

const minuteMs = 60_000;
/** Of a long move to another model each tick does a part, so that nothing else waits for the whole of it. */
const partMs = 4 * minuteMs;

/** The net under every write: what the index of vectors has missed, for whatever reason, it has within minutes. */
export default defineJob({
  name: 'memory-index',
  summary: 'Brings the memory’s index of vectors up to date, and mends it where it is broken',
  schedule: { cron: '*/5 * * * *', windowMs: 60 * minuteMs },
  input: z.object({}),
  policy: { queue: 'maintenance', timeoutMs: partMs + minuteMs, staleAfterMs: 10 * minuteMs, overlap: 'skip' },
  async run(_input, { omega, signal, log, progress }) {
    const memory = await omega.memory();
    const before = memory.stats().index.pending;
    const partEnds = AbortSignal.timeout(partMs);
    const onProgress = (done: number, total: number): void => progress(total === 0 ? 1 : done / total);
    const { space, next, pending, fault } = await memory
      .catchUp({ signal: AbortSignal.any([signal, partEnds]), onProgress })
      .catch((error: unknown) => {
        if (signal.aborted || !partEnds.aborted) throw error;
        return memory.stats().index; // What is done stays done; the next tick goes on.
      });
    // It answers by words meanwhile, which the check of the memory tells; the next tick tries again.
    if (fault !== null) log(`The index of vectors cannot be used: ${fault}`);
    if (next !== null) log(`It moves from ${space} to ${next}`);
    log(`Records to bring up to date: ${before} before, ${pending} now`);
    return { space, next, before, pending, fault };
  },
});
