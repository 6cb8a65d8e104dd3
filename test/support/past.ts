import { join } from 'node:path';
import type { CheckView, Snapshot, State } from '#holding/health/snapshot.ts';
import type { ReportEntry } from '#holding/health/monitor.ts';
import type { PageSources } from '#holding/health/views/page.ts';
import { openHealthStore, type HealthStore } from '#holding/health/store/store.ts';
import type { Language } from '#lib/language.ts';
import { silentLog } from '#lib/log.ts';
import { checkView, scenes, sceneTime, snapshotOf } from './snapshots.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A store with a past, and what pages are made from it. */
export interface PastScene extends Disposable {
  readonly snapshot: Snapshot;
  readonly sources: PageSources;
  readonly store: HealthStore;
}

/** How a scene's past is to be. */
export type PastKind = 'year' | 'firstDay' | 'nothing' | 'unreadable';

/** Opens a store in a folder and writes such a past into it, that ends at {@link sceneTime}. */
export function pastScene(folder: string, kind: PastKind, language: Language = 'en'): PastScene {
  const store = openHealthStore(join(folder, `${crypto.randomUUID()}.sqlite`), { now: sceneTime, log: silentLog });
  if (kind === 'year') writeYear(store);
  if (kind === 'firstDay') writeDay(store);
  const snapshot = snapshots[kind](store);
  const past = kind === 'unreadable' ? null : { history: store.history, runs: store.runs, holds: store.holds };
  const reports = kind === 'year' ? manyReports() : kind === 'unreadable' ? null : [];
  return {
    snapshot: { ...snapshot, language },
    sources: { past, reports, unitJobs: { marketing: ['trend-report'] } },
    store,
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}

const marketing: NonNullable<Snapshot['units']>[number] = {
  id: 'marketing',
  name: 'Marketing',
  mandate: { state: 'expiring', reason: 'approved until 1 Dec 2025', expiresAt: sceneTime + 9 * day },
  budgets: [
    { what: 'model calls today', used: 34, limit: 40 },
    { what: 'tool calls today', used: 12, limit: 400 },
    { what: 'reports this month', used: 30, limit: 30 },
  ],
  lastReportAt: sceneTime - 3 * hour,
};

const snapshots: Readonly<Record<PastKind, (store: HealthStore) => Snapshot>> = {
  year: () => ({
    ...scenes.oneDown(),
    units: [marketing],
    checks: [...scenes.oneDown().checks, unitCheck, hostile],
  }),
  firstDay: () => ({
    ...scenes.firstDay(),
    units: [{ ...marketing, budgets: [], lastReportAt: null }],
    checks: [...scenes.firstDay().checks.filter(({ id }) => id !== 'network'), checkView('Network', neverSetUp)],
  }),
  nothing: () => snapshotOf([checkView('Redis', { state: 'new', lastSeen: null, latencyMs: null, latencies: [] })]),
  unreadable: () => ({ ...scenes.oneDown(), units: [marketing], reports: null }),
};

const neverSetUp: Partial<CheckView> = {
  group: 'host',
  state: 'off',
  reason: 'not on this machine',
  latencyMs: null,
  latencies: [],
  days90: [{ state: 'off', days: 90 }],
  uptime90: null,
};

const unitCheck: CheckView = { ...checkView('Marketing', { group: 'units' }), id: 'unit-marketing' };

/** Of one that is not to be believed. */
const hostile: CheckView = checkView('<b onmouseover=alert(1)>Shop', {
  id: 'shop',
  group: 'mine',
  state: 'late',
  reason: `<script>alert(1)</script> bell \u0007 turned \u202Eelppa https://shop.example/${'a1b2c3d4'.repeat(24)}`,
});

function writeDay(store: HealthStore): void {
  const from = sceneTime - 8 * minute;
  write(store, 'redis', [['new', 'up', from, 'process 1311 is ready']]);
  write(store, 'network', [['new', 'off', from, 'not on this machine']]);
  for (let at = from; at < sceneTime; at += minute) look(store, at, 2 + (at % 7));
}

/** A year of Redis, with a handful of outages that others had to wait for; the last one goes on. */
function writeYear(store: HealthStore): void {
  const outages = [260, 131, 88, 61.2, 40.4, 17, 9.3, 2.2, 0.4];
  const down = sceneTime - 64 * minute;
  write(store, 'redis', [
    ['new', 'up', sceneTime - 300 * day, 'process 11 is ready'],
    ...outages.flatMap((ago, index) => outage(sceneTime - ago * day, (1 + index * 7) * minute)),
    ['up', 'degraded', sceneTime - 7 * hour, 'restarted 3 times within ten minutes'],
    ['degraded', 'up', sceneTime - 6.2 * hour, 'process 1311 is ready'],
    ['up', 'down', down, 'exited with code 1 three times in 10 minutes'],
  ]);
  write(store, 'queue-canary', [['new', 'up', sceneTime - 300 * day, 'a canary job came back in 4 ms']]);
  write(store, 'shop', [['new', 'late', sceneTime - 3 * day, hostile.reason]]);
  // Rolled up as it goes: days are made of hours, and these are kept for 35 days.
  for (let at = sceneTime - 300 * day, index = 0; at < down; at += 2 * hour, index++) {
    look(store, at, latencyAt(at));
    if (index % 360 === 359) store.prune(at);
  }
  for (let at = sceneTime - day; at < down; at += 10 * minute) look(store, at, latencyAt(at));
  writeIncident(store, down);
  store.holds.add({
    check: 'redis',
    kind: 'maintenance',
    from: sceneTime + hour,
    until: sceneTime + 2 * hour,
    why: 'a new disk',
  });
  writeRuns(store);
  store.prune(sceneTime);
}

function writeIncident(store: HealthStore, from: number): void {
  const [open] = store.incidents(sceneTime - day);
  if (open === undefined) return;
  const note = (kind: 'affected' | 'told' | 'changed', at: number, text: string): void =>
    store.course.note(open.id, { at, kind, text });
  store.course.setAffected(open.id, ['queue', 'scheduler']);
  note('affected', from + 15 * second, 'Queue, Scheduler');
  note('told', from + 20 * second, 'by file: Redis is down');
  note('changed', from + 30 * minute, 'exited with code 1 five times');
}

function latencyAt(at: number): number {
  const wave = Math.sin(at / (3 * hour)) + Math.sin(at / (11 * day));
  return 6 + 2 * wave + ((at / minute) % 11) / 3 + (Math.floor(at / hour) % 31 === 0 ? 40 : 0);
}

function outage(at: number, ms: number): FlipFacts[] {
  return [
    ['up', 'down', at, 'no answer within 5 s'],
    ['down', 'up', at + ms, 'process 1311 is ready'],
  ];
}

/** From, to, when, why. */
type FlipFacts = readonly [State, State, number, string];

/** Each of them decided twelve seconds after the first look that showed it. */
function write(store: HealthStore, check: string, flips: readonly FlipFacts[]): void {
  for (const [from, to, at, reason] of flips) {
    save(store, at + 12 * second, { flips: [{ check, from, to, at, reason }] });
  }
}

function look(store: HealthStore, at: number, latencyMs: number): void {
  save(store, at, { looks: new Map([['redis', { at, finding: { status: 'ok', reason: 'well', latencyMs } }]]) });
}

function save(store: HealthStore, at: number, more: Partial<Parameters<HealthStore['save']>[0]>): void {
  const heart = { seq: 1, beatAt: at, state: 'up', since: at } as const;
  store.save({ heart, looks: new Map(), memories: new Map(), flips: [], forgotten: [], gap: null, ...more });
}

/** A day of runs: a heartbeat each ten minutes, some of which had trouble, and a report that was given up. */
function writeRuns({ runs }: HealthStore): void {
  record(runs, { job: 'trend-report', at: sceneTime - 26 * hour, ms: 95_000 });
  for (let at = sceneTime - day; at < sceneTime; at += 10 * minute) {
    const bad = Math.floor(at / minute) % 190 === 1;
    record(runs, { job: 'heartbeat', at, ms: 180, ...(bad ? { outcome: 'failed', error: 'No answer\n at x' } : {}) });
    record(runs, { job: 'memory-index', queue: 'maintenance', at: at + minute, ms: 260 });
  }
  const error = `HTTP 502 of <img src=x onerror=alert(1)> ${'0123456789'.repeat(30)}`;
  record(runs, { job: 'trend-report', at: sceneTime - 3 * hour, ms: 91_000, outcome: 'dead', error, attempt: 3 });
  const going = { job: 'site-render', queue: 'system', reason: 'event', attempt: 1 } as const;
  runs.started({ ...going, id: 'going', jobId: 'going', scheduledAt: sceneTime - 1000, startedAt: sceneTime - 900 });
  runs.flush();
}

interface RunFacts {
  readonly job: string;
  /** `system` unless said. */
  readonly queue?: string;
  readonly at: number;
  readonly ms: number;
  readonly outcome?: 'failed' | 'dead';
  readonly error?: string;
  readonly attempt?: number;
}

function record(runs: HealthStore['runs'], facts: RunFacts): void {
  const { job, queue = 'system', at, ms, outcome = 'done', error = null, attempt = 1 } = facts;
  const id = `${job}-${at}`;
  runs.record(
    { id, jobId: id, job, queue, reason: 'tick', scheduledAt: at, startedAt: at + 40, attempt },
    { endedAt: at + 40 + ms, outcome, error, result: null },
  );
}

function manyReports(): ReportEntry[] {
  return Array.from({ length: 64 }, (_, index) => ({
    unit: 'marketing',
    id: `trend-${index}`,
    title:
      index === 1
        ? 'A <i>title</i> that goes on about what the sources say of small shops and their deliveries'
        : `Trends of week ${64 - index}`,
    language: 'en' as const,
    at: sceneTime - 3 * hour - index * 7 * day,
    engine: 'rules',
    claims: index % 4,
    example: index === 3,
    fault: index === 2 ? 'is no report' : null,
  }));
}
