import { expect, test } from 'vitest';
import type { Check, Status } from '#holding/health/check.ts';
import type { Flip } from '#holding/health/health.ts';
import type { State } from '#holding/health/snapshot.ts';
import { stretches, timeIn } from '#holding/health/store/timeline.ts';
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
} from '../support/health.ts';
import { liveUntil } from '../support/health-days.ts';

const day = 24 * hour;
const gap = { from: noon + 13 * hour, to: noon + 14 * hour };

/** Something that is wrong with a check for a while. */
interface Fault {
  readonly from: number;
  readonly to: number;
  readonly status: Status;
}

interface Subject {
  readonly check: Check;
  readonly faults: readonly Fault[];
  readonly parent: Subject | null;
}

/** The same numbers from 0 to 1 for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** A hundred checks on schedules from a minute to an hour; each tenth is needed by the nine after it. */
function hundred(clock: StillClock, random: () => number): readonly Subject[] {
  const subjects: Subject[] = [];
  const schedules = [minute, minute, 2 * minute, minute, minute, 5 * minute, minute, 2 * minute, hour, minute];
  for (let index = 0; index < 100; index += 1) {
    const parent = index % 10 === 0 ? null : (subjects[index - (index % 10)] ?? null);
    const faults = faultsOf(random, parent === null ? 2 : 3);
    const all = [...faults, ...(parent?.faults ?? [])];
    const run = async () =>
      finding(all.find((one) => isNow(one, clock.now()))?.status ?? 'ok', { latencyMs: random() * 90 });
    const more = { everyMs: schedules[index % 10] ?? minute, dependsOn: parent === null ? [] : [parent.check.id], run };
    subjects.push({ check: scripted(`check-${index}`, {}, more), faults: all, parent });
  }
  return subjects;
}

function faultsOf(random: () => number, count: number): Fault[] {
  return Array.from({ length: count }, () => {
    const from = noon + Math.floor(random() * day);
    const lasts = random() < 0.3 ? random() * 10 * second : random() * 2 * hour;
    const status = (['fail', 'fail', 'fail', 'warn', 'unknown'] as const)[Math.floor(random() * 5)] ?? 'fail';
    return { from, to: from + Math.floor(lasts), status };
  });
}

function isNow({ from, to }: Fault, now: number): boolean {
  return now >= from && now < to;
}

/** What must have been noticed by now, and was not. */
function wrongNow({ check, faults, parent }: Subject, { state, now }: { state: State; now: number }): string | null {
  const boundMs = check.everyMs + (parent?.check.everyMs ?? 0) + 15 * second;
  const since = Math.max(now - boundMs, noon);
  if (since < gap.to && now > gap.from) return null;
  const recent = faults.filter(({ from, to }) => to > since && from <= now);
  const lasting = recent.find((one) => one.from <= since && one.to > now && one.status === 'fail');
  if (lasting !== undefined && recent.length === 1 && !['down', 'blocked', 'flapping'].includes(state))
    return `${check.id} fails and is ${state}`;
  if (recent.length === 0 && !['up', 'flapping'].includes(state)) return `${check.id} is well and is ${state}`;
  return null;
}

/** On a machine that does nothing else it takes some 25 s. */
const timeout = 240_000;

test(
  'a day of a hundred checks with faults, a restart each hour and an hour without a monitor',
  { timeout },
  async () => {
    using folder = temporaryFolder();
    const clock = stillClock(noon);
    const subjects = hundred(clock, numbersFrom(20_260_303));
    const checks = subjects.map(({ check }) => check);
    const states = new Map<string, State>(checks.map(({ id }) => [id, 'new']));
    const flips: Flip[] = [];
    const wrong: string[] = [];
    const heaps: number[] = [];
    for (let at = noon + hour; at <= noon + day; at += hour) {
      if (clock.now() === gap.from) clock.set(gap.to);
      if (at === gap.to) continue;
      using bench = openHealth(folder.path, { clock, checks });
      while (clock.now() < at) {
        for (const beat of await liveUntil(clock.now() + 1, { health: bench.health, clock })) {
          flips.push(...beat.flips);
          for (const flip of beat.flips) states.set(flip.check, flip.to);
        }
        const now = clock.now();
        for (const one of subjects) {
          const fault = wrongNow(one, { state: states.get(one.check.id) ?? 'new', now });
          if (fault !== null) wrong.push(`${(now - noon) / minute} min: ${fault}`);
        }
      }
      heaps.push(process.memoryUsage().heapUsed / 2 ** 20);
      if (clock.now() > at) clock.set(at);
    }
    expect(wrong.slice(0, 10)).toEqual([]);
    expect(flips.filter(({ to }) => to === 'down').length).toBeGreaterThan(50);
    expect(Math.min(...heaps.slice(-8))).toBeLessThan(Math.min(...heaps.slice(0, 8)) + 64);
    using bench = openHealth(folder.path, { clock, checks });
    const observed = bench.store.observations(noon);
    for (const { id, everyMs } of checks) {
      const mine = observed.filter(({ check }) => check === id).map(({ at }) => at);
      const waits = mine.slice(1).map((at, index) => [mine[index] ?? 0, at - (mine[index] ?? 0)] as const);
      expect(waits.filter(([from, ms]) => ms > everyMs + 2 * second && from + ms < gap.from)).toEqual([]);
      const made = bench.store.flips(id, 0);
      for (const [index, flip] of made.entries()) expect(flip.from).toBe(made[index - 1]?.to ?? 'new');
      const times = timeIn(stretches(made, { from: noon, to: noon + day }));
      expect([...times.values()].reduce((sum, ms) => sum + ms, 0)).toBe(day);
      expect(times.get('unknown') ?? 0).toBeGreaterThan(0);
    }
    expect(bench.store.history.gaps(0)).toHaveLength(1);
  },
);
