import { readFileSync } from 'node:fs';
import type { Check, Probes } from '#holding/health/check.ts';
import type { Hold } from '#holding/health/store/holds.ts';
import type { Alert } from '#holding/health/store/alerts.ts';
import type { HealthStore } from '#holding/health/store/store.ts';
import type { Beat } from '#holding/health/health.ts';
import { Snapshot } from '#holding/health/snapshot.ts';
import type { QuietHours } from '#lib/env-variables.ts';
import type { Language } from '#lib/language.ts';
import {
  minute,
  openHealth,
  scripted,
  second,
  stillClock,
  temporaryFolder,
  type Script,
  type StillClock,
} from './health.ts';

/** A heartbeat whose checks a test directs, and what it tells. */
export interface Watch extends Disposable {
  readonly store: HealthStore;
  readonly clock: StillClock;
  readonly script: Script;
  readonly beat: () => Promise<Beat>;
  /** As it was written last. */
  readonly snapshot: () => Snapshot;
  /** Beats now, and each minute until so long has gone by. */
  readonly beatFor: (ms: number) => Promise<void>;
  /** Beats twice, as a second look follows the first. */
  readonly settle: () => Promise<void>;
  /** Every alert, oldest first. */
  readonly alerts: () => readonly Alert[];
  /** Those that may be told now and that a channel was not told yet, which counts as told from here on. */
  readonly tell: () => readonly Alert[];
  readonly hold: (kind: Hold['kind'], until: number | null, check?: string | null) => void;
  /** Ends this run of the monitor and begins another on the same store, without these checks. */
  readonly restart: (without?: readonly string[]) => void;
}

const channel = 'test';

/** Opens one; every check is `scripted`, `more` says of which ones. */
export function watch(options: {
  checks: readonly string[] | readonly Check[];
  script?: Script;
  start: number;
  quietHours?: QuietHours;
  language?: Language;
  secrets?: readonly string[];
  probes?: Probes;
}): Watch {
  const { script = {}, start } = options;
  const folder = temporaryFolder();
  const clock = stillClock(start);
  const checks = options.checks.map((check) => (typeof check === 'string' ? scripted(check, script) : check));
  const open = (without: readonly string[]): ReturnType<typeof openHealth> =>
    openHealth(folder.path, { ...options, clock, checks: checks.filter(({ id }) => !without.includes(id)) });
  let bench = open([]);
  const signal = new AbortController().signal;
  const beat = (): Promise<Beat> => bench.health.beat(signal);
  return {
    get store() {
      return bench.store;
    },
    clock,
    script,
    beat,
    snapshot: () => Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8'))),
    async beatFor(ms) {
      const end = clock.now() + ms;
      for (; clock.now() < end; clock.advance(minute)) await beat();
      await beat();
    },
    async settle() {
      await beat();
      clock.advance(2 * second);
      await beat();
    },
    alerts: () => bench.store.alerts.newest(1000).toReversed(),
    tell() {
      const now = clock.now();
      const due = bench.store.alerts.dueFor(channel, now);
      const how = { channel, attempts: 1, triedAt: now, deliveredAt: now, error: null };
      for (const { id } of due) bench.store.alerts.record({ alert: id, ...how });
      return due;
    },
    hold: (kind, until, check = null) => bench.store.holds.add({ check, kind, from: clock.now(), until, why: 'asked' }),
    restart(without = []) {
      bench[Symbol.dispose]();
      bench = open(without);
    },
    [Symbol.dispose]() {
      bench[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}
