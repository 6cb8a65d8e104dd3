import { z } from 'zod';
import { requireSound } from '#holding/memory/write/sound.ts';
import { defineJob } from './omega.ts';

/** Keeps the memory small and true: merges what says the same, lets go of what nobody needs, and checks the rest. */
export default defineJob({
  name: 'memory-consolidate',
  summary: 'Merges near doubles in the memory, ages out what is old, and verifies it',
  schedule: { cron: '10 4 * * *', timezone: 'local', daylightSaving: 'once' },
  input: z.object({}),
  policy: { queue: 'maintenance', timeoutMs: 15 * 60_000, attempts: 2, backoffMs: 60_000, overlap: 'skip' },
  async run(_input, { omega, signal, log, progress }) {
    const memory = await omega.memory();
    const { merged, aged, pending } = await memory.consolidate({ signal });
    log(`Merged: ${merged}; aged out: ${aged}; not in the index of vectors yet: ${pending}`);
    progress(0.5);

    const verified = await memory.verify({ signal });
    const { records, indexAsked } = requireSound(verified);
    log(`Verified: ${records} records${indexAsked ? '' : '; the index of vectors could not be asked'}`);
    return { merged, aged, pending, records, indexAsked };
  },
});
