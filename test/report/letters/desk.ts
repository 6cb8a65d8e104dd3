import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '#holding/health/snapshot.ts';
import { openHealthStore, type HealthStore } from '#holding/health/store/store.ts';
import type { Letter, LetterDesk } from '#holding/report/letter.ts';
import { createLetterDesk, type LetterDeskOptions } from '#holding/report/letters/create-letter-desk.ts';
import { renderReport } from '#holding/report/trend/render.ts';
import type { Claim, Report } from '#holding/report/trend/report.ts';
import { silentLog } from '#lib/log.ts';
import { fakeClock, type FakeClock } from '../../support/clock.ts';
import { temporaryFolder } from '../../support/health.ts';
import { pastScene } from '../../support/past.ts';
import { scenes, sceneTime } from '../../support/snapshots.ts';

export const never = new AbortController().signal;
export const minute = 60_000;
export const hour = 60 * minute;

/** A desk over a store and a folder of reports, with a clock that a test moves. */
export interface Office extends Disposable {
  readonly desk: LetterDesk;
  readonly store: HealthStore;
  readonly clock: FakeClock;
  readonly units: string;
  /** Another desk over the same, as after a restart. */
  readonly again: (change: Partial<LetterDeskOptions>) => LetterDesk;
  /** Stores a report. */
  readonly keep: (report: Report) => void;
  readonly write: (ref: string) => Promise<Letter>;
}

/** Nothing happened yet in it, and all is well, unless said otherwise; with `past` a made-up year lies behind it. */
export function office({ past, ...change }: Partial<LetterDeskOptions> & { past?: 'year' } = {}): Office {
  const folder = temporaryFolder();
  const units = join(folder.path, 'units');
  const scene = past === undefined ? null : pastScene(folder.path, past, change.language);
  const store = scene?.store ?? openHealthStore(join(folder.path, 'health.sqlite'), { now: sceneTime, log: silentLog });
  const clock = fakeClock(sceneTime);
  const fresh = async (): Promise<Snapshot> => {
    const now = clock.now();
    const snapshot = scene?.snapshot ?? { ...scenes.firstDay(), attention: [] };
    return { ...snapshot, generatedAt: now, staleAfter: now + 90_000 };
  };
  const options: LetterDeskOptions = {
    units,
    snapshot: fresh,
    store,
    language: 'en',
    timezone: 'Europe/Amsterdam',
    clock,
    log: silentLog,
    wantsCanary: () => false,
    ...change,
  };
  const desk = createLetterDesk(options);
  return {
    desk,
    store,
    clock,
    units,
    again: (other) => createLetterDesk({ ...options, ...other }),
    keep: (report) => keep(units, report),
    write: async (ref) => desk.write(ref, never),
    [Symbol.dispose]: () => {
      store[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** Has Redis down for so long; opens an incident and, with an end, closes it. Resolves to its number. */
export function breakRedis(store: HealthStore, from: number, to: number | null): number {
  const save = (at: number, flip: { from: 'up' | 'down'; to: 'up' | 'down'; reason: string }): void =>
    store.save({
      heart: { seq: 1, beatAt: at + 12_000, state: 'up', since: at },
      looks: new Map(),
      memories: new Map(),
      forgotten: [],
      flips: [{ check: 'redis', at, ...flip }],
      gap: null,
    });
  save(from, { from: 'up', to: 'down', reason: 'no answer within 5 s' });
  if (to !== null) save(to, { from: 'down', to: 'up', reason: 'process 7 is ready' });
  return store.incidents(from)[0]?.id ?? 0;
}

function keep(units: string, report: Report): void {
  const folder = join(units, report.unit, 'reports');
  mkdirSync(folder, { recursive: true });
  for (const [ending, text] of [
    ['json', JSON.stringify(report)],
    ['md', renderReport(report)],
  ] as const) {
    const path = join(folder, `${report.id}.${ending}`);
    writeFileSync(path, text);
    utimesSync(path, report.generatedAt / 1000, report.generatedAt / 1000);
  }
}

/** A report with two trends, made three hours before. */
export function reportOf(change: Partial<Report> = {}): Report {
  return {
    id: 'trend-2025-11-22',
    kind: 'trend',
    unit: 'marketing',
    language: 'en',
    title: 'Trends in marketing',
    engine: 'rules',
    example: false,
    generatedAt: sceneTime - 3 * hour,
    period: { from: '2025-11-16', until: '2025-11-22', weeksBefore: 12 },
    claims: [claimOf('agentic checkout', 9), claimOf('returns policy', 12)],
    detectionLimit: 5,
    byChance: 0.31,
    belowLimit: [],
    topics: [{ topic: 'ai', sources: 14, earlier: 9.3 }],
    mostNamed: [],
    sources: { documents: 12, domains: 21, termsCompared: 5400 },
    gaps: ['The search for “ai” failed: 429'],
    ...change,
  };
}

/** A claim of a term that so many of 21 sources name. */
export function claimOf(term: string, sources: number, change: Partial<Claim> = {}): Claim {
  return {
    text: `“${term}” is named by ${sources} of 21 domains, and in the weeks before by 4 of 190.`,
    term,
    evidence: [{ callId: 'call-1', url: 'https://news.example/one', sha256: 'ab'.repeat(32) }],
    domains: ['news.example'],
    files: 0,
    counts: { sources, of: 21, earlier: 4, earlierOf: 190 },
    weeks: 12,
    change: { logOdds: 2.1, standardError: 0.5 },
    quotes: [{ text: 'Small shops try it', source: 'news.example' }],
    earlier: null,
    ...change,
  };
}
