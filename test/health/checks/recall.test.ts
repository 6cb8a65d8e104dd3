import { expect, test } from 'vitest';
import recall, { judgeRecall } from '#holding/health/checks/recall.ts';
import { indexView } from '#holding/health/views.ts';
import type { MemoryProbe, Told } from '#holding/health/check.ts';
import { OmegaError } from '#lib/errors.ts';
import { hour, inEnglish, memoryStats, minute, noon, probesOf, stillClock } from '../../support/health.ts';
import { scenes, sceneTime } from '../../support/snapshots.ts';

async function look(change: Partial<MemoryProbe> = {}): Promise<Told> {
  const memory: MemoryProbe = { stats: async () => memoryStats(), probe: async () => 4, ...change };
  const { signal } = new AbortController();
  return inEnglish(await recall.run({ probes: probesOf({ memory }), clock: stillClock(), signal }));
}

const index = memoryStats().index;

test('a memory whose vector came back says what it holds, and how long that took', async () => {
  const words = '3 records, 1 new this week, last write 60 min ago, last recall in 8 ms';
  expect(await look()).toEqual({ status: 'ok', latencyMs: 4, reason: words });
});

test('an empty memory is well, and says that it is empty', async () => {
  const stats = memoryStats({ counts: [], lastWriteAt: null, lastRecall: null });
  expect(await look({ stats: async () => stats })).toMatchObject({
    status: 'ok',
    reason: 'Empty: nothing is remembered yet',
  });
});

test('a vector that does not come back is a warning: it answers by words alone', async () => {
  const away = async (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED'));
  const found = await look({ probe: away });
  expect(found).toMatchObject({
    status: 'warn',
    reason: expect.stringMatching(/^Answers by words alone: connect ECONN/),
  });
  expect(found.reason).toContain('3 records');
});

test('a memory whose journal cannot be read is down without doubt, and waits for the owner', async () => {
  const fault = new OmegaError('The ledger is damaged', { code: 'E_LEDGER' });
  expect(await look({ stats: () => Promise.reject(fault) })).toEqual({
    status: 'fail',
    explicit: true,
    reason: 'It cannot be read: The ledger is damaged',
    todo: { what: 'Mend the memory’s journal', command: 'npm run doctor', minutes: 10 },
  });
});

test('records that wait for the index are no matter at first, and a warning after a quarter of an hour', () => {
  const waiting = (since: number): Told =>
    inEnglish(judgeRecall(memoryStats({ index: { ...index, pending: 2 }, lastWriteAt: noon - since }), 4, noon));
  expect(waiting(minute).status).toBe('ok');
  expect(waiting(hour)).toMatchObject({
    status: 'warn',
    reason: expect.stringContaining('2 records not in the index of vectors for more than 15 minutes'),
    todo: { command: 'npm run job:memory-index' },
  });
});

test('a move to another model is no fault, however long it takes', () => {
  const moving = memoryStats({ index: { ...index, next: 'ollama-bge-m3-v1', pending: 900 }, lastWriteAt: noon - hour });
  expect(inEnglish(judgeRecall(moving, 4, noon))).toMatchObject({
    status: 'ok',
    reason: expect.stringContaining('moves to the model ollama-bge-m3-v1, 900 records to go'),
  });
});

test('a fault that the memory met itself is told, though the index answers again', () => {
  const broken = memoryStats({ index: { ...index, fault: 'the model does not answer' } });
  expect(judgeRecall(broken, 4, noon)).toMatchObject({ status: 'warn', latencyMs: 4 });
});

test('an index that stays broken waits for the owner, whoever met it; one that is away comes back by itself', async () => {
  const fault = 'The index of vectors is broken: it holds 9 vectors and finds only 1.';
  const rebuild = { todo: { command: 'npm run memory -- rebuild' } };
  expect(judgeRecall(memoryStats({ index: { ...index, fault } }), 4, noon)).toMatchObject(rebuild);
  expect(await look({ probe: () => Promise.reject(new Error(fault)) })).toMatchObject(rebuild);
  const away = 'The index of vectors is away: it does not run.';
  expect(judgeRecall(memoryStats({ index: { ...index, fault: away } }), 4, noon).todo).toBeUndefined();
  expect((await look({ probe: () => Promise.reject(new Error(away)) })).todo).toBeUndefined();
});

test('the page’s table has the units and kinds with the most records first, each row with its sum', () => {
  const { memory } = indexView(scenes.memory(), sceneTime);
  expect(memory?.kinds.slice(0, 3)).toEqual(['trend', 'fact', 'decision']);
  expect(memory?.rows.map(({ unit }) => unit)).toEqual(['marketing', 'holding']);
  expect(memory?.rows.map(({ records, total }) => records.reduce((sum, count) => sum + count, 0) - total)).toEqual([
    0, 0,
  ]);
});
