import type { Clock } from '#lib/clock.ts';
import type { Words } from '#lib/language.ts';
import type { Hub } from '#mcp/hub.ts';
import type { MemoryStats } from '../memory/memory.ts';
import type { OutboxStanding } from '../report/outbox.ts';
import type { BotState } from '../telegram/bot-state.ts';

/**
 * What a check found. `late`: something that should have reported has not, and may yet within its grace. `unknown`: it
 * could not look; that is never green. `off`: it was never set up, which is no fault.
 */
export type Status = 'ok' | 'warn' | 'late' | 'fail' | 'unknown' | 'off';

/** Where on the page a check stands. */
export type Group = 'daemons' | 'jobs' | 'host' | 'tools' | 'memory' | 'units' | 'reports' | 'mine';

/** One look at one thing. */
export interface Finding {
  readonly status: Status;
  /** For a person: what was seen, not what to do. */
  readonly reason: Words;
  /** How long the thing took to answer, in milliseconds, where that means something. */
  readonly latencyMs?: number;
  /** A fail that leaves no doubt (a process that exited, a full disk) is down at once, without a second look. */
  readonly explicit?: boolean;
  /** When it became so, in milliseconds since the epoch, where that is known better than by the look: a deadline. */
  readonly since?: number;
  /** When to look next at the latest: the deadline that is waited for. */
  readonly nextAt?: number;
  /** What the owner can do about it; listed under what waits for the owner. */
  readonly todo?: { readonly what: Words; readonly command: string; readonly minutes: number };
}

/** A finding as it is kept: in the owner's language, one line, without secrets. */
export interface Told extends Omit<Finding, 'reason' | 'todo'> {
  readonly reason: string;
  readonly todo?: { readonly what: string; readonly command: string; readonly minutes: number };
}

/** What a check is handed. Probes are small interfaces; `scripts/` joins them with the parts they look at. */
export interface CheckContext {
  /** Aborted by the check's time-out and by shutdown. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly probes: Probes;
}

/**
 * The queue, as a check sees it. Each call rejects where Redis does not answer; with the code `E_NO_QUEUE` where this
 * process has no queue to ask, so that nothing can be said about it.
 */
export interface QueueProbe {
  /** Sends a job through the queue and waits for its result; resolves to the milliseconds that took. */
  readonly canary: (signal: AbortSignal) => Promise<number>;
  readonly queues: () => Promise<readonly QueueCounts[]>;
  /** Each scheduled job with its last success and when the next one must have happened. */
  readonly deadlines: () => Promise<readonly JobDeadline[]>;
  /** How far this machine's clock is ahead of Redis's, in milliseconds; behind is negative. */
  readonly clockSkewMs: () => Promise<number>;
}

export interface QueueCounts {
  readonly name: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  /** Dead letters of this queue. */
  readonly dead: number;
  readonly paused: boolean;
  /** Age in milliseconds of the job that waits longest; null where none waits. */
  readonly oldestWaitingMs: number | null;
  /** How many workers take its jobs; null where Redis does not tell. */
  readonly workers: number | null;
}

export interface JobDeadline {
  readonly job: string;
  /** The pattern and zone, as declared. */
  readonly schedule: string;
  /** Milliseconds since the epoch; null: never yet. */
  readonly lastSuccessAt: number | null;
  readonly lastOutcome: string | null;
  readonly lastDurationMs: number | null;
  readonly nextDueAt: number;
  /** A success is overdue when the clock is past this. */
  readonly deadlineAt: number;
}

/** The supervisor's children, as a check sees them; rejects where there is no supervisor. */
export interface SupervisorProbe {
  readonly services: (signal: AbortSignal) => Promise<readonly ServiceStatus[]>;
}

export interface ServiceStatus {
  readonly name: string;
  readonly state: 'starting' | 'ready' | 'backoff' | 'stopping' | 'stopped' | 'paused';
  readonly pid: number | null;
  /** Milliseconds since the epoch at which this state began. */
  readonly since: number;
  /** How often it was started again since the supervisor's own start. */
  readonly restarts: number;
  /** Restarts within the last ten minutes. */
  readonly recentRestarts: number;
  readonly lastExit: string | null;
}

/** The tool servers; each call rejects or throws with the code `E_NO_HUB` where this process has none. */
export interface ToolProbe extends Pick<Hub, 'look'> {
  /** What mcp.json holds. `fault` says in words why it cannot be used; no server works then. */
  readonly config: () => { readonly servers: number; readonly fault: string | null };
}

/** A business unit, as a check sees it. */
export interface UnitStanding {
  readonly unit: string;
  readonly mandate: {
    readonly state: 'ok' | 'expiring' | 'expired' | 'unapproved' | 'invalid' | 'missing';
    /** In words, for a person. */
    readonly reason: Words;
    /** Milliseconds since the epoch; null: it has no end, or none that is known. */
    readonly expiresAt: number | null;
  };
  /** Of its last report, in milliseconds since the epoch; an example is none. Null: never yet. */
  readonly lastReportAt: number | null;
  /** As a person calls it. */
  readonly name: string;
  /** What its mandate bounds, and how much of it is used today or this month. */
  readonly budgets: readonly { readonly what: Words; readonly used: number; readonly limit: number }[];
}

/** The memory, as a check sees it; each call rejects where it cannot be opened. */
export interface MemoryProbe {
  readonly stats: () => Promise<MemoryStats>;
  /** Has a vector written, read back and found; resolves to the milliseconds that took, rejects where it is not. */
  readonly probe: (signal: AbortSignal) => Promise<number>;
}

/** The runs that told of themselves over a push URL, as the check of one reads them. */
export interface PushProbe {
  /** The newest of a check since a time, oldest first; and of each kind the last one before it. */
  readonly of: (check: string, since: number) => readonly Push[];
  /** Whether one came in between two times, both included. */
  readonly heardBetween: (check: string, from: number, to: number) => boolean;
}

/** One call of a push URL. */
export interface Push {
  /** Milliseconds since the epoch at which it came in. */
  readonly at: number;
  readonly kind: 'start' | 'success' | 'fail' | 'log';
  /** The caller's own name of the run, so that a start and its end find each other; null: it gave none. */
  readonly run: string | null;
  /** As the caller told it; null: it did not. */
  readonly exitCode: number | null;
  /** The beginning of what it sent along: text of somebody else's. */
  readonly body: string;
}

/** How telling the owner goes. */
export interface AlertStanding {
  /** Alerts that are due and not delivered by every channel. */
  readonly undelivered: number;
  /** Since when the oldest of them is due, in milliseconds since the epoch; null: there is none. */
  readonly oldestDueAt: number | null;
  /** Why the last attempt failed; null: it did not. */
  readonly fault: string | null;
}

/** What someone else was told of this machine at `OMEGA_PING_URL`; null: it is not set. */
export interface OutsideStanding {
  readonly lastTriedAt: number | null;
  readonly lastHeardAt: number | null;
  /** Why it could not be told the last time; null: it could, or was not tried yet. */
  readonly fault: string | null;
}

/** Whether systemd keeps Omega running, day and night. */
export interface SystemdStanding {
  /** Whose the user unit of Omega's name is: `foreign` starts another folder. */
  readonly unit: 'none' | 'ours' | 'foreign';
  /** As systemd says it: `enabled`, `disabled`, …; null: it cannot be asked from here. */
  readonly enabled: string | null;
  /** As systemd says it: `active`, `inactive`, `failed`, …; null: it cannot be asked from here. */
  readonly active: string | null;
  /** Whether the services of this user go on when the last session ends. */
  readonly linger: boolean;
  /** This user's name. */
  readonly user: string;
}

export interface Probes {
  readonly queue: QueueProbe;
  readonly supervisor: SupervisorProbe;
  readonly tools: ToolProbe;
  readonly units: () => Promise<readonly UnitStanding[]>;
  readonly memory: MemoryProbe;
  readonly pushes: PushProbe;
  readonly alerts: () => AlertStanding;
  readonly outside: () => OutsideStanding | null;
  /** The owner's `checks.yaml`: how many are in force, and why not those of the file as it is; null: there is none. */
  readonly ownChecks: () => {
    readonly file: string;
    readonly checks: number;
    readonly faults: readonly string[];
    readonly readAt: number;
  } | null;
  /** `cron`: there is no systemd, and cron starts Omega with the machine. Null: there is neither. */
  readonly systemd: (signal: AbortSignal) => Promise<SystemdStanding | 'cron' | null>;
  /** How the sealing and sending of reports goes; throws where this process has no outbox to ask. */
  readonly outbox: () => OutboxStanding;
  /** Seals a probe for a key that is thrown away, and opens it; resolves to the milliseconds that took. */
  readonly sealProbe: () => Promise<number>;
  /** What the process of Omega's bot, and that of Zwartehand, says of itself; null: nothing, or nothing of now. */
  readonly bridge: () => Promise<BotState | null>;
  readonly zwartehand: () => Promise<BotState | null>;
  /** Where backups lie, whoever makes them. */
  readonly backups: string;
  /** The data folder, whose disk is watched. */
  readonly dataDir: string;
  /** The rendered page, whose age is watched. */
  readonly page: string;
  /** Where tailscaled answers. */
  readonly tailscaleSocket: string;
}

/** Something that is looked at again and again. */
export interface Check {
  /** Stable, kebab-case, unique: it names history, pages and badges. */
  readonly id: string;
  /** As a person calls it. */
  readonly name: Words;
  readonly group: Group;
  /** Milliseconds from one look to the next. */
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** So many fails in a row are down; 2 unless said. */
  readonly failAfter?: number;
  /** So many oks in a row are up again; 2 unless said. */
  readonly recoverAfter?: number;
  /** While one of these is not up, this one is blocked. */
  readonly dependsOn?: readonly string[];
  /** The worst that it makes of the whole when it is down: `down` unless said. */
  readonly worstOverall?: 'degraded';
  /** What a person would say when it alone is the trouble; else its name and state. */
  readonly headline?: { readonly degraded?: Words; readonly down?: Words };
  /** Its alert sounds in quiet hours too. */
  readonly urgent?: boolean;
  /** Paused where it is declared, until that is changed: why, for a person. Not looked at, and part of nothing. */
  readonly paused?: Words;
  /** The maintenance that is planned at a time; null: none. Held by hand is something else: those are rows in the store. */
  readonly maintenanceAt?: (now: number) => { readonly until: number; readonly reason: Words } | null;
  /**
   * Whether something came in since the last look, so that it is looked at before its time: asked at each heartbeat, so
   * it reads a record and waits for nothing.
   */
  readonly hasNews?: (probes: Probes, lastSeen: number, now: number) => boolean;
  readonly run: (context: CheckContext) => Promise<Finding>;
}

/** Declares a check: one file in `checks/`, or one entry of the owner's own. */
export function defineCheck(check: Check): Check {
  return check;
}
