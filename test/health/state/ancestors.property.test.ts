import { array, assert, asyncProperty, boolean, constantFrom, integer, record } from 'fast-check';
import { expect, test } from 'vitest';
import type { Check } from '#holding/health/check.ts';
import type { Flip } from '#holding/health/health.ts';
import {
  finding,
  hour,
  minute,
  noon,
  openHealth,
  scripted,
  second,
  stillClock,
  temporaryFolder,
  type StillClock,
} from '../../support/health.ts';
import { liveUntil } from '../../support/health-days.ts';

const day = 24 * hour;
const died = noon + 2 * minute + 345;

/** When it notices, how often it looks, and how sure it is then. */
const aChild = record({
  everyMs: constantFrom(second, 2 * second, 5 * second, minute),
  noticesAfterMs: integer({ min: 0, max: 3 * second }),
  failAfter: integer({ min: 1, max: 3 }),
  explicit: boolean(),
});
const aParent = record({ everyMs: constantFrom(second, minute, day), failAfter: integer({ min: 1, max: 4 }) });

/** Fails from a moment on. */
function failing(id: string, since: number, { clock, explicit = false, ...more }: Failing): Check {
  const run = async () => finding(clock.now() >= since ? 'fail' : 'ok', { explicit });
  return scripted(id, {}, { ...more, run });
}

interface Failing extends Partial<Check> {
  readonly clock: StillClock;
  readonly explicit?: boolean;
}

async function flipsOf(checks: readonly Check[], clock: StillClock, end: number): Promise<readonly Flip[]> {
  using folder = temporaryFolder();
  using bench = openHealth(folder.path, { clock, checks });
  const beats = await liveUntil(end, { health: bench.health, clock });
  return beats.flatMap(({ flips }) => flips);
}

test('one dead parent with 30 children is one down and 30 blocked, whatever their schedules and who notices first', async () => {
  const families = record({ parent: aParent, children: array(aChild, { minLength: 30, maxLength: 30 }) });
  await assert(
    asyncProperty(families, async ({ parent, children }) => {
      const clock = stillClock(noon);
      const checks = [
        ...children.map(({ noticesAfterMs, ...child }, index) =>
          failing(`child-${index}`, died + noticesAfterMs, { ...child, clock, dependsOn: ['middle'] }),
        ),
        scripted('middle', {}, { everyMs: day, dependsOn: ['parent'] }),
        failing('parent', died, { ...parent, clock }),
      ];
      const flips = await flipsOf(checks, clock, died + 2 * minute);
      expect(flips.filter(({ to }) => to === 'down')).toMatchObject([{ check: 'parent' }]);
      const blocked = flips.filter(({ to }) => to === 'blocked').map(({ check }) => check);
      expect(new Set(blocked).size).toBe(31);
      expect(blocked).toHaveLength(31);
    }),
    { numRuns: 5 },
  );
});

test('a parent that is looked at once a day is found down two seconds after its first child fails', async () => {
  const clock = stillClock(noon);
  const checks = [
    failing('parent', died, { clock, everyMs: day }),
    failing('child', died, { clock, everyMs: second, dependsOn: ['parent'] }),
  ];
  const flips = await flipsOf(checks, clock, died + minute);
  const down = flips.find(({ to }) => to === 'down');
  expect(down).toMatchObject({ check: 'parent' });
  expect((down?.at ?? 0) - died).toBeLessThan(2 * second);
});

test('a child that fails by itself is down once its parent was looked at again and is well', async () => {
  const clock = stillClock(noon);
  const checks = [
    scripted('parent', {}, { everyMs: day }),
    failing('child', died, { clock, everyMs: second, explicit: true, dependsOn: ['parent'] }),
  ];
  const flips = await flipsOf(checks, clock, died + 5 * second);
  expect(flips.filter(({ to }) => to === 'down')).toMatchObject([{ check: 'child', at: noon + 2 * minute + second }]);
});
