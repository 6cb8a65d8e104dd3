import { array, assert, asyncProperty, constantFrom, integer, oneof, record, constant } from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding, Status } from '#holding/health/check.ts';
import type { Flip } from '#holding/health/health.ts';
import type { State } from '#holding/health/snapshot.ts';
import { stretches, timeIn } from '#holding/health/store/timeline.ts';
import {
  hour,
  minute,
  noon,
  openHealth,
  scripted,
  second,
  stillClock,
  temporaryFolder,
  type HealthBench,
  type Script,
} from '../../support/health.ts';

const never = new AbortController().signal;
const ids = ['disk', 'load', 'push', 'mine'] as const;
const statuses: readonly Status[] = ['ok', 'ok', 'ok', 'warn', 'late', 'fail', 'unknown', 'off'];

/** Something that happens, and how long after the one before. */
const anEvent = oneof(
  record({
    what: constant('look'),
    id: constantFrom(...ids),
    status: constantFrom(...statuses),
    ms: integer({ min: 1, max: 2 * minute }),
  }),
  record({
    what: constantFrom('pause', 'maintain'),
    id: constantFrom(...ids),
    ms: integer({ min: 1, max: 10 * minute }),
  }),
  record({
    what: constantFrom('resume', 'restart', 'remove'),
    id: constantFrom(...ids),
    ms: integer({ min: 1, max: minute }),
  }),
  record({ what: constant('gap'), id: constantFrom(...ids), ms: integer({ min: 3 * minute, max: 3 * hour }) }),
);
const aJump = record({ what: constant('jump'), id: constant('disk'), ms: integer({ min: -hour, max: 24 * hour }) });
type Event = { what: string; id: string; ms: number; status?: Status };

interface Life {
  readonly flips: ReadonlyMap<string, readonly Flip[]>;
  readonly states: ReadonlyMap<string, { readonly state: State; readonly since: number }>;
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  readonly now: number;
}

/** Lets all of it happen to four checks, two of which need another. */
async function live(events: readonly Event[]): Promise<Life> {
  using folder = temporaryFolder();
  const clock = stillClock(noon);
  const script: Script = {};
  const all = ids.map((id) => scripted(id, script, { dependsOn: id === 'load' || id === 'mine' ? ['disk'] : [] }));
  let checks = all;
  let bench: HealthBench = openHealth(folder.path, { clock, checks: () => checks });
  for (const { what, id, ms, status } of events) {
    const now = clock.now();
    if (what === 'look') script[id] = finding(status ?? 'ok', id, now);
    if (what === 'pause' || what === 'maintain') {
      const kind = what === 'pause' ? 'paused' : 'maintenance';
      bench.store.holds.add({ check: id, kind, from: now, until: now + ms, why: '' });
    }
    if (what === 'resume') bench.store.holds.end({ check: id }, now);
    if (what === 'remove')
      checks = checks.length < all.length ? all : all.filter((one) => one.id !== id && !one.dependsOn?.includes(id));
    if (what === 'restart') {
      bench[Symbol.dispose]();
      bench = openHealth(folder.path, { clock, checks: () => checks });
    }
    clock.advance(ms);
    await bench.health.beat(never);
  }
  using ended = bench;
  const { history, flips, memories } = ended.store;
  return {
    flips: new Map(ids.map((id) => [id, flips(id, 0)])),
    states: memories(),
    gaps: history.gaps(0),
    now: clock.now(),
  };
}

/** One of them reads deadlines from records. */
function finding(status: Status, id: string, now: number): Finding {
  return { status, reason: 'seen', ...(id === 'push' && status !== 'ok' ? { since: now - 30 * second } : {}) };
}

test('every millisecond is in one state, flips lead from one to the next, and the last one is the present', async () => {
  await assert(
    asyncProperty(
      array(oneof({ weight: 6, arbitrary: anEvent }, aJump), { minLength: 5, maxLength: 40 }),
      async (events) => {
        const { flips, states, now } = await live(events);
        const window = { from: noon - hour, to: Math.max(now, noon) };
        for (const [id, made] of flips) {
          const total = [...timeIn(stretches(made, window)).values()].reduce((sum, ms) => sum + ms, 0);
          expect(total).toBe(window.to - window.from);
          const present = states.get(id);
          if (present === undefined) expect(made.at(-1)?.to ?? 'off').toBe('off');
          else if (present.state !== 'new') expect(made.at(-1)).toMatchObject({ to: present.state, at: present.since });
          expect(made.at(-1)?.at ?? 0).toBeLessThanOrEqual(now + second);
          for (const [index, flip] of made.entries())
            expect([made[index - 1]?.to ?? 'new', 'new']).toContain(flip.from);
        }
      },
    ),
    { numRuns: 12 },
  );
});

test('while no clock is set flips come in the order of their times, and no time without a heartbeat is green', async () => {
  await assert(
    asyncProperty(array(anEvent, { minLength: 5, maxLength: 40 }), async (events) => {
      const { flips, gaps } = await live(events);
      expect(gaps.length).toBe(events.slice(1).filter(({ ms }) => ms > 2.5 * minute).length);
      for (const made of flips.values()) {
        for (const [index, { at }] of made.entries()) expect(at).toBeGreaterThanOrEqual(made[index - 1]?.at ?? 0);
        for (const gap of gaps) {
          const green = stretches(made, gap).filter(({ state }) => state === 'up' || state === 'degraded');
          expect(green).toEqual([]);
        }
      }
    }),
    { numRuns: 12 },
  );
});
