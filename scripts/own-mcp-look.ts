import type { OwnIncidents, OwnJobs, OwnRecord, OwnStatus, Seen } from '#mcp/own-functions.ts';
import { openRunHistory } from '#holding/health/store/run-history.ts';
import type { Run, RunEnd } from '#holding/health/store/runs.ts';
import type { Snapshot } from '#holding/health/snapshot.ts';
import { freshnessOf, systemClock } from '#lib/clock.ts';
import { codeOf } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { inWords } from './duration.ts';
import { readSnapshot } from './first-page.ts';
import { runningServices } from './running.ts';

/** Nothing is amiss with a check in one of these: `off` was never configured. */
const quietStates: ReadonlySet<string> = new Set(['up', 'off']);

/** The last look, what may be said of now by it, and what the supervisor says. */
interface Present {
  readonly snapshot: Snapshot | null;
  readonly seen: Seen;
  readonly services: Awaited<ReturnType<typeof runningServices>>;
  readonly now: number;
}

/** How it stands; without a supervisor the last look tells of the past, whatever its age. */
export async function lookAtStatus(paths: DataPaths, signal: AbortSignal): Promise<OwnStatus> {
  const { snapshot, seen, services } = await present(paths, signal);
  const checks = snapshot?.checks ?? [];
  const names = new Map(checks.map(({ id, name }) => [id, name]));
  return {
    running: services !== null,
    state: seen.current && snapshot !== null ? snapshot.overall.state : 'unknown',
    headline: seen.current && snapshot !== null ? snapshot.overall.headline : seen.note,
    seen,
    lastKnown: snapshot === null ? null : { ...snapshot.overall, since: iso(snapshot.overall.since) },
    services: (services ?? []).map(({ name, state, since, restarts }) => ({
      name,
      state,
      since: iso(since),
      restarts,
    })),
    checks: { total: checks.length, up: checks.filter(({ state }) => state === 'up').length },
    notUp: checks
      .filter(({ state }) => !quietStates.has(state))
      .map(({ id, name, state, since, reason, blockedBy }) => ({
        id,
        name,
        state,
        since: iso(since),
        reason,
        blockedBy: blockedBy === null ? null : (names.get(blockedBy) ?? blockedBy),
      })),
    attention: [...(snapshot?.attention ?? [])],
  };
}

/** Open incidents first, then the newest. */
export async function lookAtIncidents(paths: DataPaths, limit: number, signal: AbortSignal): Promise<OwnIncidents> {
  const { snapshot, seen } = await present(paths, signal);
  const incidents = (snapshot?.incidents ?? [])
    .toSorted((a, b) => Number(a.to !== null) - Number(b.to !== null) || b.from - a.from)
    .slice(0, limit)
    .map(({ id, check, name, state, from, to, reason }) => ({
      id,
      check,
      name,
      state,
      from: iso(from),
      to: isoOrNull(to),
      reason,
    }));
  return { seen, incidents };
}

/** Schedule and queues as the last heartbeat saw them; the runs as they are on record. */
export async function lookAtJobs(
  paths: DataPaths,
  { job, history }: { readonly job?: string | undefined; readonly history: number },
  signal: AbortSignal,
): Promise<OwnJobs> {
  const { snapshot, seen, now } = await present(paths, signal);
  const jobs = snapshot?.jobs?.filter(({ name }) => job === undefined || name === job) ?? null;
  const queues = snapshot?.queues ?? null;
  return {
    seen,
    jobs:
      jobs?.map(({ name, schedule, lastSuccessAt, lastOutcome, nextDueAt, deadlineAt }) => ({
        name,
        schedule,
        lastSuccessAt: isoOrNull(lastSuccessAt),
        lastOutcome,
        nextDueAt: iso(nextDueAt),
        overdue: now > deadlineAt,
      })) ?? null,
    queues:
      queues?.map(({ name, waiting, active, delayed, dead, paused }) => ({
        name,
        waiting,
        active,
        delayed,
        dead,
        paused,
      })) ?? null,
    history: records(paths, { ...(job === undefined ? {} : { job }), limit: history }),
  };
}

/** The whole snapshot, with what may be said of now by it. */
export async function lookAtSnapshot(
  paths: DataPaths,
  signal: AbortSignal,
): Promise<{ readonly seen: Seen; readonly snapshot: Snapshot | null }> {
  const { seen, snapshot } = await present(paths, signal);
  return { seen, snapshot };
}

async function present(paths: DataPaths, signal: AbortSignal): Promise<Present> {
  const [snapshot, services] = await Promise.all([readSnapshot(paths), runningServices(paths, signal)]);
  const now = systemClock.now();
  return { snapshot, services, now, seen: seenBy(snapshot, { isRunning: services !== null, now }) };
}

function seenBy(snapshot: Snapshot | null, { isRunning, now }: { isRunning: boolean; now: number }): Seen {
  const start = isRunning ? '' : ' Omega does not run here; npm start starts it.';
  if (snapshot === null) {
    return { current: false, at: null, ageSeconds: null, note: `No heartbeat yet, so nothing is known.${start}` };
  }
  const ageMs = now - snapshot.generatedAt;
  const of = { at: iso(snapshot.generatedAt), ageSeconds: Math.max(0, Math.round(ageMs / 1000)) };
  const ago = `The last heartbeat was ${inWords(ageMs)} ago`;
  const said = `it said: ${snapshot.overall.headline}`;
  const freshness = freshnessOf(snapshot, now);
  if (freshness === 'future') {
    const note = `The last heartbeat is dated in the future, so nothing is known of now; ${said}.${start}`;
    return { ...of, ageSeconds: null, current: false, note };
  }
  if (!isRunning) return { ...of, current: false, note: `Omega does not run here. ${ago}; ${said}. → npm start` };
  if (freshness === 'stale')
    return { ...of, current: false, note: `STALE: ${ago}, so nothing is known of now; ${said}.` };
  return { ...of, current: true, note: `${ago}.` };
}

/** The latest runs; none where nothing has been recorded yet. */
function records(paths: DataPaths, filter: { readonly job?: string; readonly limit: number }): OwnRecord[] {
  if (filter.limit === 0) return [];
  try {
    using history = openRunHistory(paths.healthDb);
    return history.history(filter).map(recordOf);
  } catch (error) {
    if (codeOf(error) === 'E_NO_RECORDS') return [];
    throw error;
  }
}

/** A run's record as a client sees it. */
export function recordOf(run: Run & Partial<RunEnd>): OwnRecord {
  return {
    run: run.jobId,
    job: run.job,
    why: run.reason,
    startedAt: iso(run.startedAt),
    ms: run.endedAt === undefined ? null : Math.max(0, Math.round(run.endedAt - run.startedAt)),
    outcome: run.outcome ?? 'running',
    detail: run.error ?? run.result ?? null,
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function isoOrNull(time: number | null): string | null {
  return time === null ? null : iso(time);
}
