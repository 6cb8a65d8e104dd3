import { once } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { connect } from '#queue/connection.ts';
import { createLease, type Held } from '#queue/lease.ts';
import { startRedis } from '../support/redis.ts';

const server = await startRedis();
const one = connect(server.target, { patience: 'prompt', log: silentLog });
const other = connect(server.target, { patience: 'prompt', log: silentLog });
afterAll(async () => {
  one.disconnect();
  other.disconnect();
  await server[Symbol.asyncDispose]();
});

const ttlMs = 600;
const here = createLease({ redis: one });
const there = createLease({ redis: other });

async function takeUntilHeld(name: string): Promise<Held> {
  for (;;) {
    const held = await there.take(name, { ttlMs });
    if (held !== null) return held;
    await systemClock.sleep(10);
  }
}

test('one holds it, another does not until it is given back, and has a higher fence then', async () => {
  const first = await here.take('a', { ttlMs });
  expect(first).not.toBeNull();
  expect(await there.take('a', { ttlMs })).toBeNull();
  expect(await there.take('b', { ttlMs })).toMatchObject({ fence: 1 });
  await first?.[Symbol.asyncDispose]();
  const second = await there.take('a', { ttlMs });
  expect(second?.fence).toBe(2);
  await second?.[Symbol.asyncDispose]();
});

test('it is renewed for as long as it is held', async () => {
  await using held = await here.take('long', { ttlMs });
  await systemClock.sleep(2 * ttlMs);
  expect(held?.lost.aborted).toBe(false);
  expect(await there.take('long', { ttlMs })).toBeNull();
});

test('whoever lost it to another is told', async () => {
  await using held = await here.take('stolen', { ttlMs });
  await other.set('omega:lease:stolen', '99');
  await once(held?.lost as AbortSignal, 'abort');
  expect(await other.get('omega:lease:stolen')).toBe('99');
});

test('while Redis hangs it is lost in its time, and another has it only afterwards', async () => {
  await using held = await here.take('hanging', { ttlMs });
  const lost = once(held?.lost as AbortSignal, 'abort');
  const frozen = performance.now();
  await server.kill('SIGSTOP');
  await lost;
  expect(performance.now() - frozen).toBeLessThan(10 * ttlMs);
  await server.kill('SIGCONT');
  await using next = await takeUntilHeld('hanging');
  expect(next.fence).toBe(2);
});
