import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  Check,
  Finding,
  JobDeadline,
  Probes,
  QueueCounts,
  Status,
  Told,
  UnitStanding,
} from '#holding/health/check.ts';
import type { MemoryStats } from '#holding/memory/memory.ts';
import type { OutboxStanding } from '#holding/report/outbox.ts';
import type { BotState } from '#holding/telegram/bot-state.ts';
import { createHealth } from '#holding/health/heartbeat.ts';
import type { Health } from '#holding/health/health.ts';
import { newMemory, type Memory } from '#holding/health/state/memory.ts';
import { observe } from '#holding/health/state/state.ts';
import { openHealthStore, type HealthStore } from '#holding/health/store/store.ts';
import type { Rule } from '#holding/health/state/evidence.ts';
import type { Flip } from '#holding/health/health.ts';
import type { ReportEntry } from '#holding/health/monitor.ts';
import type { Clock } from '#lib/clock.ts';
import type { QuietHours } from '#lib/env-variables.ts';
import { sayIn, type Language } from '#lib/language.ts';
import { silentLog } from '#lib/log.ts';
import type { ServerStatus } from '#mcp/hub.ts';

/** A full minute, so that looks fall on the grid. */
export const noon = Date.UTC(2026, 2, 3, 12, 0, 0);
export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** What a test reads. */
export const say = sayIn('en');

/** Nobody's time runs out: its sleeps end only with their signal. */
export interface StillClock extends Clock {
  readonly advance: (ms: number) => void;
  readonly set: (now: number) => void;
}

/** A clock that a test moves, whose time-outs never strike. */
export function stillClock(start = noon): StillClock {
  let now = start;
  return {
    now: () => now,
    monotonic: () => performance.now(),
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
    advance: (ms) => (now += ms),
    set: (time) => (now = time),
  };
}

/** A folder of a test's own, gone when it is disposed. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'omega-health-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A finding of a status. */
export function finding(status: Status, more: Partial<Told> = {}): Told {
  return { status, reason: `it is ${status}`, ...more };
}

/** Looks at a check once for each finding, a minute apart unless said, and returns all that came of it. */
export function lookRepeatedly(
  findings: readonly (Status | Told)[],
  {
    rule = plainRule,
    everyMs = minute,
    memory = newMemory(noon, say),
  }: Partial<{ rule: Rule; everyMs: number; memory: Memory }> = {},
): { readonly memory: Memory; readonly flips: readonly Flip[] } {
  const flips: Flip[] = [];
  let now = memory.lastSeen === null ? noon : memory.lastSeen + everyMs;
  let current = memory;
  for (const one of findings) {
    const step = observe(current, { at: now, finding: typeof one === 'string' ? finding(one) : one }, { rule, say });
    current = step.memory;
    flips.push(...step.flips);
    now += everyMs;
  }
  return { memory: current, flips };
}

export const plainRule: Rule = { id: 'disk', everyMs: minute };

/** What a test lets its checks say, by their id; it may be changed between beats. */
export type Script = Record<string, Status | Finding | Error>;

/** A check that says what the script says. */
export function scripted(id: string, script: Script, more: Partial<Check> = {}): Check {
  return {
    id,
    name: id.charAt(0).toUpperCase() + id.slice(1),
    group: 'host',
    everyMs: minute,
    timeoutMs: 5000,
    run: async () => {
      const said = script[id] ?? 'ok';
      if (said instanceof Error) throw said;
      return typeof said === 'string' ? finding(said) : said;
    },
    ...more,
  };
}

/** A finding as it reads in English. */
export function inEnglish({ reason, todo, ...rest }: Finding): Told {
  const told = { ...rest, reason: say(reason) };
  return todo === undefined ? told : { ...told, todo: { ...todo, what: say(todo.what) } };
}

/** Probes of a machine where all is well, but for what is changed. */
export function probesOf(change: Partial<Probes['queue']> & Partial<Omit<Probes, 'queue'>> = {}): Probes {
  const { canary, queues, deadlines, clockSkewMs, ...rest } = change;
  return {
    queue: {
      canary: canary ?? (async () => 3),
      queues: queues ?? (async () => [queueCounts()]),
      deadlines: deadlines ?? (async () => [jobDeadline()]),
      clockSkewMs: clockSkewMs ?? (async () => 2),
    },
    supervisor: { services: async () => [] },
    tools: { look: async (name) => serverStatus({ name }), config: () => ({ servers: 1, fault: null }) },
    units: async () => [unitStanding()],
    memory: { stats: async () => memoryStats(), probe: async () => 4 },
    pushes: { of: () => [], heardBetween: () => false },
    alerts: () => ({ undelivered: 0, oldestDueAt: null, fault: null }),
    outside: () => null,
    ownChecks: () => null,
    systemd: async () => null,
    outbox: () => outboxStanding(),
    sealProbe: async () => 12,
    bridge: async () => botState(),
    zwartehand: async () => null,
    backups: '/nonexistent/backups',
    dataDir: tmpdir(),
    page: '/nonexistent/index.html',
    tailscaleSocket: '/nonexistent/tailscaled.sock',
    ...rest,
  };
}

/** An outbox all of whose reports were read, but for what is changed. */
export function outboxStanding(change: Partial<OutboxStanding> = {}): OutboxStanding {
  const counts = { sealed: 12, sent: 12, acknowledged: 12, overdue: 0, dead: 0, waiting: 0, heldBack: 0 };
  const times = { lastSealedAt: noon - 4 * hour, lastAckedAt: noon - 3 * hour, verified: true, epoch: 1, lastSeq: 12 };
  return { recipients: 2, plaintext: [], ...counts, ...times, fault: null, ...change };
}

/** A bot that listens to the owner. */
export function botState(change: Partial<BotState> = {}): BotState {
  const times = { at: noon, since: noon - hour, lastUpdateAt: null, lastPollAt: noon };
  return { pid: 1, botId: '123456789', state: 'polling', ...times, fault: null, paired: true, strangers: 0, ...change };
}

/** A tool server that runs, and that answered a call three minutes before noon. */
export function serverStatus(change: Partial<ServerStatus> = {}): ServerStatus {
  return {
    name: 'brave-search',
    summary: 'searches the web',
    transport: 'stdio',
    state: 'ready',
    since: noon - hour,
    reachable: { value: true, at: noon, why: 'answers' },
    usable: { value: true, at: noon - 3 * minute, why: 'a call succeeded' },
    protocol: '2025-11-25',
    tools: { allowed: 2, listed: 8 },
    missing: [],
    changed: [],
    notes: [],
    warning: null,
    setUp: null,
    lastError: null,
    pid: 4242,
    ...change,
  };
}

/** A unit that may work, and whose last report is an hour old. */
export function unitStanding(change: Partial<UnitStanding> = {}): UnitStanding {
  const mandate = { state: 'ok', reason: 'In force', expiresAt: noon + 200 * 24 * hour } as const;
  return { unit: 'marketing', name: 'Marketing', mandate, budgets: [], lastReportAt: noon - hour, ...change };
}

/** A memory of three records, all of them in both indexes. */
export function memoryStats(change: Partial<MemoryStats> = {}): MemoryStats {
  return {
    counts: [
      { unit: 'marketing', kind: 'trend', records: 2 },
      { unit: 'holding', kind: 'fact', records: 1 },
    ],
    byStatus: { active: 3, quarantined: 0, superseded: 0, aged: 0 },
    forgotten: 0,
    growth: { week: 1, month: 3 },
    lastWriteAt: noon - hour,
    lastRecall: { at: noon - hour, tookMs: 8.2 },
    journal: { seq: 3, hash: '0'.repeat(64) },
    index: { space: 'local-4grams-v1', next: null, pending: 0, fault: null },
    ...change,
  };
}

/** A report of the marketing unit of an hour before noon. */
export function reportEntry(change: Partial<ReportEntry> = {}): ReportEntry {
  const claims = { language: 'en', engine: 'rules', claims: 3, example: false, fault: null } as const;
  return { unit: 'marketing', id: 'trend-2026-03-03', title: 'Trends', at: noon - hour, ...claims, ...change };
}

/** An idle queue. */
export function queueCounts(change: Partial<QueueCounts> = {}): QueueCounts {
  const idle = { waiting: 0, active: 0, delayed: 0, failed: 0, dead: 0, paused: false, oldestWaitingMs: null };
  return { name: 'system', ...idle, workers: 1, ...change };
}

/** A job that was done a minute before noon. */
export function jobDeadline(change: Partial<JobDeadline> = {}): JobDeadline {
  return {
    job: 'heartbeat',
    schedule: '* * * * * (UTC)',
    lastSuccessAt: noon - minute,
    lastOutcome: 'done',
    lastDurationMs: 12,
    nextDueAt: noon + minute,
    deadlineAt: noon + 3 * minute,
    ...change,
  };
}

/** A heartbeat over a store in a folder. */
export interface HealthBench extends Disposable {
  readonly health: Health;
  readonly store: HealthStore;
  readonly snapshotPath: string;
}

/** Opens a heartbeat on a folder, as each start of the worker does. */
export function openHealth(
  folder: string,
  options: {
    clock: Clock;
    checks: readonly Check[] | (() => readonly Check[]);
    probes?: Probes;
    language?: Language;
    secrets?: readonly string[];
    store?: HealthStore;
    reports?: () => Promise<readonly ReportEntry[]>;
    quietHours?: QuietHours;
    unitJobs?: Readonly<Record<string, readonly string[]>>;
  },
): HealthBench {
  const { clock, checks, probes = probesOf(), secrets = [], reports = async () => [], language = 'en' } = options;
  const store = options.store ?? openHealthStore(join(folder, 'health.sqlite'), { now: clock.now(), log: silentLog });
  const snapshotPath = join(folder, 'snapshot.json');
  const common = {
    language,
    checks: typeof checks === 'function' ? checks : () => checks,
    log: silentLog,
    paths: { snapshot: snapshotPath },
    timezone: 'Europe/Amsterdam',
    quietHours: options.quietHours,
    unitJobs: options.unitJobs ?? {},
    version: '0.1.0',
  };
  const health = createHealth({ ...common, store, probes, clock, secrets, reports });
  return { health, store, snapshotPath, [Symbol.dispose]: () => store[Symbol.dispose]() };
}
