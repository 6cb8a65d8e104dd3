import { expect, test } from 'vitest';
import type { IndexState, Memory } from '#holding/memory/memory.ts';
import memoryConsolidate from '#jobs/memory-consolidate.ts';
import memoryIndex from '#jobs/memory-index.ts';
import type { Omega } from '#jobs/omega.ts';
import type { AnyJob, JobContext } from '#queue/job.ts';
import { memoryStats, noon, stillClock } from '../support/health.ts';

const index = memoryStats().index;

/** Runs a job over a memory of which it uses these methods alone. */
async function run(job: AnyJob<Omega>, memory: Partial<Memory>, said: string[] = []): Promise<unknown> {
  const context: Omit<JobContext<Omega>, 'omega'> = {
    signal: new AbortController().signal,
    log: (line) => said.push(line),
    progress: () => {},
    enqueue: async (name) => name,
    clock: stillClock(),
    scheduledAt: noon,
    reason: 'tick',
  };
  return job.run({}, { ...context, omega: { memory: async () => memory } as unknown as Omega });
}

function following(after: Partial<IndexState>): Partial<Memory> {
  return {
    stats: () => memoryStats({ index: { ...index, pending: 3 } }),
    catchUp: async () => ({ ...index, ...after }),
  };
}

test('memory-index says how many records it brought up to date', async () => {
  const said: string[] = [];
  expect(await run(memoryIndex, following({ pending: 0 }), said)).toMatchObject({ before: 3, pending: 0, fault: null });
  expect(said).toEqual(['Records to bring up to date: 3 before, 0 now']);
});

test('memory-index says in words that the index cannot be used, and is no dead letter for it', async () => {
  const said: string[] = [];
  const result = await run(memoryIndex, following({ pending: 3, fault: 'Chroma does not answer' }), said);
  expect(result).toMatchObject({ pending: 3, fault: 'Chroma does not answer' });
  expect(said[0]).toBe('The index of vectors cannot be used: Chroma does not answer');
});

test('memory-index fails where the memory itself does', async () => {
  const memory = {
    ...following({}),
    catchUp: async () => Promise.reject(new Error('database disk image is malformed')),
  };
  await expect(run(memoryIndex, memory)).rejects.toThrow('malformed');
});

test('memory-consolidate says what it merged and let go, and that what is left is sound', async () => {
  const said: string[] = [];
  const memory: Partial<Memory> = {
    consolidate: async () => ({ merged: 2, aged: 5, pending: 0 }),
    verify: async () => ({ ok: true, records: 40, faults: [], isJournalWhole: true, indexAsked: false }),
  };
  expect(await run(memoryConsolidate, memory, said)).toEqual({
    merged: 2,
    aged: 5,
    pending: 0,
    records: 40,
    indexAsked: false,
  });
  expect(said).toEqual([
    'Merged: 2; aged out: 5; not in the index of vectors yet: 0',
    'Verified: 40 records; the index of vectors could not be asked',
  ]);
});

test('memory-consolidate fails for good where something is amiss, naming the first faults and what to do', async () => {
  const faults = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => `the text of ${id} is missing`);
  const memory: Partial<Memory> = {
    consolidate: async () => ({ merged: 0, aged: 0, pending: 0 }),
    verify: async () => ({ ok: false, records: 40, faults, isJournalWhole: true, indexAsked: true }),
  };
  await expect(run(memoryConsolidate, memory)).rejects.toMatchObject({
    code: 'E_MEMORY_FAULTS',
    message: expect.stringMatching(/the text of e is missing; and 1 more$/),
    hint: expect.stringContaining('npm run memory -- rebuild'),
    permanent: true,
  });
});
