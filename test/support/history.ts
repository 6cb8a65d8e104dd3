import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import type { Flip } from '#holding/health/health.ts';
import type { State } from '#holding/health/snapshot.ts';
import type { Look } from '#holding/health/state/evidence.ts';
import { openDatabase } from '#holding/health/store/database.ts';
import { flipsIn } from '#holding/health/store/flips.ts';
import { observationsIn } from '#holding/health/store/observations.ts';
import { silentLog } from '#lib/log.ts';
import { finding, minute } from './health.ts';

/** An empty `health.sqlite` of a test's own, open for whatever it writes. */
export function emptyDatabase(folder: string, now: number): DatabaseSync {
  return openDatabase(join(folder, 'health.sqlite'), { now, log: silentLog }).db;
}

/** What happened in the course of a made-up past, in the order in which it was written down. */
export type Event =
  | { readonly kind: 'flip'; readonly watched: number; readonly to: State; readonly backMs: number }
  | { readonly kind: 'looks'; readonly watched: number; readonly count: number; readonly latencyMs: number }
  | { readonly kind: 'passes'; readonly ms: number };

/** Pasts of two checks: flips that are dated back, hours without a look, a clock that is set back now and then. */
export const pasts: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('flip' as const),
      watched: fc.constantFrom(1, 2),
      to: fc.constantFrom<State>('up', 'down', 'degraded', 'unknown', 'off', 'paused'),
      backMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 * 60 * minute })),
    }),
    fc.record({
      kind: fc.constant('looks' as const),
      watched: fc.constantFrom(1, 2),
      count: fc.integer({ min: 1, max: 5 }),
      latencyMs: fc.integer({ min: 0, max: 50_000 }).map((tenths) => tenths / 10),
    }),
    fc.record({
      kind: fc.constant('passes' as const),
      ms: fc.oneof(fc.integer({ min: minute, max: 50 * 60 * minute }), fc.integer({ min: -60 * minute, max: 0 })),
    }),
  ),
  { minLength: 1, maxLength: 40 },
);

/** Writes a past down; `eachHour` is called as often as the clock reached another hour. Returns when it ends. */
export function live(
  db: DatabaseSync,
  past: readonly Event[],
  { start, eachHour }: { start: number; eachHour: (now: number) => void },
): number {
  const [flips, observations] = [flipsIn(db), observationsIn(db)];
  for (const id of [1, 2]) db.prepare('INSERT OR IGNORE INTO watched (id, name) VALUES (?, ?)').run(id, `check-${id}`);
  const states = new Map<number, State>();
  let now = start;
  for (const event of past) {
    if (event.kind === 'flip') {
      const { watched, to, backMs } = event;
      flips.add(watched, flipOf({ watched, from: states.get(watched) ?? 'new', to, at: now - backMs }));
      states.set(watched, to);
    } else if (event.kind === 'looks') {
      for (let index = 0; index < event.count; index++)
        observations.add(event.watched, lookOf(now + index * 1000, event));
    } else now = passHours(now, event.ms, eachHour);
  }
  return now;
}

function flipOf({ watched, from, to, at }: { watched: number; from: State; to: State; at: number }): Flip {
  return { check: `check-${watched}`, from, to, at, reason: `it is ${to}` };
}

function lookOf(at: number, { latencyMs }: { latencyMs: number }): Look {
  return { at, finding: finding('ok', { latencyMs }) };
}

/** As the job does: some minutes past each hour. */
function passHours(now: number, ms: number, eachHour: (now: number) => void): number {
  const after = now + ms;
  const offset = 7 * minute;
  for (
    let tick = (Math.floor((now - offset) / (60 * minute)) + 1) * 60 * minute + offset;
    tick <= after;
    tick += 60 * minute
  )
    eachHour(tick);
  return after;
}
