import { expect, test } from 'vitest';
import { createSlots } from '#mcp/slots.ts';

const never = new AbortController().signal;

test('places are handed on in the order in which they were asked for', async () => {
  const slots = createSlots({ server: 's', maxInFlight: 1, maxWaiting: 3 });
  const order: number[] = [];
  const release = await slots.take(never);
  const turns = [1, 2, 3].map(async (n) => {
    const done = await slots.take(never);
    order.push(n);
    done();
  });
  release();
  await Promise.all(turns);
  expect(order).toEqual([1, 2, 3]);
});

test('one that waits no longer leaves its place in the queue to others', async () => {
  const slots = createSlots({ server: 's', maxInFlight: 1, maxWaiting: 1 });
  const release = await slots.take(never);
  const stop = new AbortController();
  const waiting = slots.take(stop.signal);
  await expect(slots.take(never)).rejects.toMatchObject({ kind: 'busy', delivery: 'not-sent' });
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  const next = slots.take(never);
  release();
  (await next)();
  (await slots.take(never))();
});
