import { expect, test } from 'vitest';
import { createBreaker } from '#mcp/breaker.ts';
import { fakeClock } from '../support/clock.ts';

function setUp(chance = 0.5): {
  clock: ReturnType<typeof fakeClock>;
  breaker: ReturnType<typeof createBreaker>;
  fault: () => void;
} {
  const clock = fakeClock(0);
  const breaker = createBreaker(clock, () => chance);
  return {
    clock,
    breaker,
    fault: () => {
      clock.advance(1);
      breaker.fault(clock.monotonic());
    },
  };
}

test('waits double from half a second to a minute', () => {
  const { breaker, fault } = setUp();
  const waits = Array.from({ length: 10 }, () => {
    fault();
    return breaker.waitMs();
  });
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('chance moves a wait by a quarter at most', () => {
  for (const [chance, wait] of [
    [0, 375],
    [1, 625],
  ] as const) {
    const { breaker, fault } = setUp(chance);
    fault();
    expect(breaker.waitMs()).toBe(wait);
  }
});

test('four faults are waited out, the fifth lets nothing through', () => {
  const { breaker, clock, fault } = setUp();
  for (let faults = 1; faults <= 4; faults++) {
    fault();
    expect(breaker.state()).toBe('backoff');
    expect(breaker.admit()).not.toBeNull();
  }
  fault();
  expect(breaker.state()).toBe('open');
  expect(breaker.admit()).toBeNull();
  clock.advance(8000);
  expect(breaker.state()).toBe('open');
});

test('after its wait one trial at a time is let through; its success closes the breaker', () => {
  const { breaker, clock, fault } = setUp();
  for (let faults = 0; faults < 5; faults++) fault();
  clock.advance(8000);
  expect(breaker.admit()).not.toBeNull();
  expect(breaker.state()).toBe('half-open');
  expect(breaker.admit()).toBeNull();
  breaker.success();
  expect(breaker.state()).toBe('closed');
  expect(breaker.admit()).not.toBeNull();
});

test('a trial that fails opens it again for longer; one without a verdict makes room for the next', () => {
  const { breaker, clock, fault } = setUp();
  for (let faults = 0; faults < 5; faults++) fault();
  clock.advance(8000);
  const leave = breaker.admit();
  leave?.();
  expect(breaker.admit()).not.toBeNull();
  fault();
  expect(breaker.state()).toBe('open');
  expect(breaker.waitMs()).toBe(16_000);
});

test('faults of calls that were under way together count as one', () => {
  const { breaker, clock } = setUp();
  clock.advance(1);
  for (let calls = 0; calls < 10; calls++) breaker.fault(0);
  expect(breaker.waitMs()).toBe(500);
  clock.advance(10);
  for (let calls = 0; calls < 10; calls++) breaker.fault(5);
  expect(breaker.waitMs()).toBe(1000);
});
