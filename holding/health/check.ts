import type { Clock } from '#lib/clock.ts';
import type { Hub } from '#mcp/hub.ts';
import type { MemoryStats } from '../memory/memory.ts';

/** What a check found. `unknown`: it could not look; that is never green. `off`: it was never set up, which is no fault. */
export type Status = 'ok' | 'warn' | 'fail' | 'unknown' | 'off';

/** Where on the page a check stands. */
export type Group = 'daemons' | 'jobs' | 'host' | 'tools' | 'memory' | 'units' | 'reports' | 'mine';

/** One look at one thing. */
export interface Finding {
  readonly status: Status;
  /** In words, for a person: what was seen, not what to do. */
  readonly reason: string;
  /** How long the thing took to answer, in milliseconds, where that means something. */
  readonly latencyMs?: number;
  /** A fail that leaves no doubt (a process that exited, a full disk) is down at once, without a second look. */
  readonly explicit?: boolean;
  /** What the owner can do about it; listed under what waits for the owner. */
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
    readonly reason: string;
    /** Milliseconds since the epoch; null: it has no end, or none that is known. */
    readonly expiresAt: number | null;
  };
  /** Of its last report, in milliseconds since the epoch; an example is none. Null: never yet. */
  readonly lastReportAt: number | null;
}

/** The memory, as a check sees it; each call rejects where it cannot be opened. */
export interface MemoryProbe {
  readonly stats: () => Promise<MemoryStats>;
  /** Has a vector written, read back and found; resolves to the milliseconds that took, rejects where it is not. */
  readonly probe: (signal: AbortSignal) => Promise<number>;
}

export interface Probes {
  readonly queue: QueueProbe;
  readonly supervisor: SupervisorProbe;
  readonly tools: ToolProbe;
  readonly units: () => Promise<readonly UnitStanding[]>;
  readonly memory: MemoryProbe;
  /** The data folder, whose disk is watched. */
  readonly dataDir: string;
  /** The rendered page, whose age is watched. */
  readonly page: string;
}

/** Something that is looked at again and again. */
export interface Check {
  /** Stable, kebab-case, unique: it names history, pages and badges. */
  readonly id: string;
  /** As a person calls it. */
  readonly name: string;
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
  readonly headline?: { readonly degraded?: string; readonly down?: string };
  readonly run: (context: CheckContext) => Promise<Finding>;
}

/** Declares a check: one file in `checks/`, or one entry of the owner's own. */
export function defineCheck(check: Check): Check {
  return check;
}
