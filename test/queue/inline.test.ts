import { expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '#lib/clock.ts';
import { createLog, silentLog } from '#lib/log.ts';
import { inlineRunner, performInline } from '#queue/inline.ts';
import { defineTestJob, memoryRecorder } from '../support/queue.ts';

const policy = { queue: 'system', timeoutMs: 5000, withoutRedis: true } as const;
const input = z.object({});

function stage(signal = new AbortController().signal) {
  const did: string[] = [];
  return { omega: { did }, recorder: memoryRecorder(), clock: systemClock, log: silentLog, signal };
}

const beat = defineTestJob({
  name: 'beat',
  summary: '',
  schedule: null,
  input,
  policy,
  run: async (_input, { omega, enqueue }) => {
    omega.did.push('beat');
    await enqueue('draw', {});
    await enqueue('beat', {}, { delayMs: 30 });
    await enqueue('send', {});
  },
});
const draw = defineTestJob({
  name: 'draw',
  summary: '',
  schedule: null,
  input,
  policy,
  run: async (_input, { omega }) => void omega.did.push('draw'),
});
const send = defineTestJob({
  name: 'send',
  summary: '',
  schedule: null,
  input,
  policy: { queue: 'report', timeoutMs: 5000 },
  run: async (_input, { omega }) => void omega.did.push('send'),
});

test('without Redis a job runs here, and what it asks for after it, but only what can do without Redis', async () => {
  const stop = new AbortController();
  const here = stage(stop.signal);
  inlineRunner([beat, draw, send], here)(beat);
  await expect.poll(() => here.omega.did.slice(0, 3)).toEqual(['beat', 'draw', 'beat']);
  stop.abort();
  expect(here.omega.did).not.toContain('send');
  expect(here.recorder.outcomes('draw')[0]).toBe('done');
});

test('a job that is going on is not begun a second time', async () => {
  const gate = Promise.withResolvers<void>();
  const slow = defineTestJob({
    name: 'slow',
    summary: '',
    schedule: null,
    input,
    policy,
    run: async (_input, { omega }) => {
      omega.did.push('slow');
      await gate.promise;
    },
  });
  const here = stage();
  const run = inlineRunner([slow], here);
  run(slow);
  run(slow);
  await expect.poll(() => here.omega.did).toEqual(['slow']);
  gate.resolve();
  await expect.poll(() => here.recorder.outcomes()).toEqual(['done']);
});

test('a job that fails here is logged and on record, and does not end the process', async () => {
  const broken = defineTestJob({
    name: 'broken',
    summary: '',
    schedule: null,
    input,
    policy,
    run: async () => {
      throw new Error('no luck');
    },
  });
  const lines: string[] = [];
  const here = { ...stage(), log: createLog({ name: 'test', write: (line) => void lines.push(line) }) };
  inlineRunner([broken], here)(broken);
  await expect.poll(() => lines.join('')).toContain('no luck');
  expect(here.recorder.outcomes()).toEqual(['dead']);
});

test('a run that is told to stop throws why, and leaves no listener on the signal', async () => {
  const stop = new AbortController();
  const waiting = defineTestJob({
    name: 'waiting',
    summary: '',
    schedule: null,
    input,
    policy,
    run: async (_input, { clock, signal }) => clock.sleep(60_000, signal),
  });
  const run = { id: 'a', input: {}, reason: 'manual', log: () => {}, enqueue: async () => '' } as const;
  const running = performInline(waiting, run, stage(stop.signal));
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  await expect(performInline(waiting, run, stage(stop.signal))).rejects.toThrow('enough');
});
