import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  property,
  record,
  type Arbitrary,
} from 'fast-check';
import { expect, test } from 'vitest';
import type { Told } from '#holding/health/check.ts';
import type { Flip } from '#holding/health/health.ts';
import { newMemory } from '#holding/health/state/memory.ts';
import { observe } from '#holding/health/state/state.ts';
import { stretches, timeIn, uptimeOf } from '#holding/health/store/timeline.ts';
import { minute, noon, plainRule, say } from '../../support/health.ts';

const aFinding: Arbitrary<Told> = record({
  status: constantFrom('ok', 'warn', 'fail', 'unknown', 'off'),
  reason: constant('seen'),
  explicit: boolean(),
});

/** A finding, how long after the one before, and whether an ancestor is in doubt meanwhile. */
const aLook = record({ finding: aFinding, gapMs: integer({ min: 1, max: 5 * minute }), hold: boolean() });
const someLooks = array(aLook, { minLength: 1, maxLength: 60 });

/** As looks, with clocks that are set back now and then. */
const unsteadyLooks = array(
  record({ finding: aFinding, gapMs: integer({ min: -60 * minute, max: 5 * minute }), hold: boolean() }),
  { maxLength: 60 },
);

interface Seen {
  readonly at: number;
  readonly finding: Told;
  readonly flips: readonly Flip[];
  readonly state: string;
}

function tell(looks: readonly { finding: Told; gapMs: number; hold: boolean }[]): Seen[] {
  let memory = newMemory(noon, say);
  let at = noon;
  return looks.map(({ finding, gapMs, hold }) => {
    at += gapMs;
    const step = observe(memory, { at, finding }, { rule: plainRule, say, mustWait: () => hold });
    memory = step.memory;
    return { at, finding, flips: step.flips, state: memory.state };
  });
}

test('time in all states adds up to the window, to the millisecond, whatever the clock does', () => {
  assert(
    property(unsteadyLooks, nat(7 * 24 * 60 * minute), (looks, windowMs) => {
      const flips = tell(looks).flatMap((told) => told.flips);
      const times = timeIn(stretches(flips, { from: noon - windowMs, to: noon + 60 * minute }));
      const total = [...times.values()].reduce((sum, ms) => sum + ms, 0);
      expect(total).toBe(windowMs + 60 * minute);
    }),
  );
});

test('a flip to down is dated to a look that failed, never before the first one nor after now', () => {
  assert(
    property(someLooks, (looks) => {
      const all = tell(looks);
      const fails = all.filter(({ finding }) => finding.status === 'fail').map(({ at }) => at);
      for (const { at: now, flips } of all) {
        for (const flip of flips) {
          expect(flip.at).toBeLessThanOrEqual(now);
          if (flip.to === 'down') expect(fails).toContain(flip.at);
        }
      }
    }),
  );
});

test('a flip is never dated after now, even where the clock was set back', () => {
  assert(
    property(unsteadyLooks, (looks) => {
      for (const { at, flips } of tell(looks)) for (const flip of flips) expect(flip.at).toBeLessThanOrEqual(at);
    }),
  );
});

test('nothing is up that was never ok', () => {
  const withoutOk = someLooks.map((looks) => looks.filter(({ finding }) => finding.status !== 'ok'));
  assert(
    property(withoutOk, (looks) => {
      for (const { state } of tell(looks)) expect(state).not.toBe('up');
    }),
  );
});

test('whatever came before, a look that could not be made leaves nothing green, unless an ancestor is in doubt', () => {
  assert(
    property(someLooks, (looks) => {
      const held = new Set(looks.flatMap(({ hold }, index) => (hold ? [index] : [])));
      for (const [index, { finding, state }] of tell(looks).entries()) {
        if (finding.status === 'unknown' && !held.has(index)) expect(state).toBe('unknown');
      }
    }),
  );
});

test('unknown time counts neither as up nor as down', () => {
  assert(
    property(someLooks, (looks) => {
      const flips = tell(looks).flatMap((told) => told.flips);
      const window = { from: noon, to: noon + 10 * 60 * minute };
      const cut = stretches(flips, window);
      const known = cut.filter(({ state }) => state !== 'unknown');
      expect(uptimeOf(cut)).toBe(uptimeOf(known));
    }),
  );
});
