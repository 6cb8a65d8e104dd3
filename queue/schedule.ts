import { createTask, parse, validateDetailed } from 'node-cron';
import { Temporal } from 'temporal-polyfill';
import { OmegaError } from '../lib/errors.ts';
import type { Schedule } from './job.ts';

/** When a job is due, worked out from its pattern alone; pure, so that any night can be tested. */
export interface Timetable {
  readonly timezone: string;
  /** Pattern and zone, as a person reads them. */
  readonly description: string;
  /** Every tick after `from` up to and including `to`, oldest first; milliseconds since the epoch. */
  readonly between: (from: number, to: number) => number[];
  /** The last tick up to and including `time`; null where there was none for eight days. */
  readonly before: (time: number) => number | null;
  /** The first tick after `time`; null where none comes within a year and a day. */
  readonly after: (time: number) => number | null;
}

/** A moment at which a zone changes its clocks by `by` milliseconds: positive is a gap, negative an overlap. */
interface ClockChange {
  readonly at: number;
  readonly by: number;
  /** What the clocks show just before it, as if it were UTC. */
  readonly wallBefore: number;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const dayMs = 24 * 60 * minuteMs;
/** How many coming years a local time is tried against its zone's clock changes. */
const yearsAhead = 10;

/**
 * Compiles a schedule.
 * @throws OmegaError `E_SCHEDULE` for a pattern that cannot be, an unknown zone, or a local time that can fall into a
 * night when clocks are changed without saying what is then meant.
 */
export function compileSchedule(
  job: string,
  schedule: Schedule,
  options: { readonly localTimezone: string; readonly now: number },
): Timetable {
  const timezone = schedule.timezone === 'local' ? options.localTimezone : 'UTC';
  assertPattern(job, schedule.cron);
  const matches = matcher(schedule.cron, timezone);
  const showsOnClock = matcher(schedule.cron, 'UTC');
  const changes = clockChanges(timezone, options.now);
  const stepMs = schedule.cron.trim().split(/\s+/).length > 5 ? secondMs : minuteMs;
  if (schedule.daylightSaving === undefined) {
    const night = changes.find((change) => isTouched(change, stepMs, showsOnClock));
    if (night !== undefined) throw ambiguous(job, { cron: schedule.cron, timezone, night });
  }
  const once = schedule.daylightSaving === 'once';
  const isTick = (time: number): boolean =>
    once ? isTickOnce(time, { changes, stepMs, matches, showsOnClock }) : matches(time);
  return timetable({ isTick, stepMs, timezone, description: `${schedule.cron} ${timezone}` });
}

function timetable(options: {
  isTick: (time: number) => boolean;
  stepMs: number;
  timezone: string;
  description: string;
}): Timetable {
  const { isTick, stepMs, timezone, description } = options;
  const stepAt = (time: number): number => Math.floor(time / stepMs) * stepMs;
  const firstStepAfter = (time: number): number => stepAt(time) + stepMs;
  return {
    timezone,
    description,
    between: (from, to) => {
      const ticks: number[] = [];
      for (let time = firstStepAfter(from); time <= to; time += stepMs) if (isTick(time)) ticks.push(time);
      return ticks;
    },
    before: (to) => {
      for (let time = stepAt(to); time > to - 8 * dayMs; time -= stepMs) if (isTick(time)) return time;
      return null;
    },
    after: (from) => {
      for (let time = firstStepAfter(from); time <= from + 366 * dayMs; time += stepMs) if (isTick(time)) return time;
      return null;
    },
  };
}

function assertPattern(job: string, cron: string): void {
  const { valid, errors } = validateDetailed(cron);
  if (valid) return;
  const faults = errors.map((error) => `${error.field}: ${error.message}`).join('; ');
  throw new OmegaError(`The job ${job} has a schedule that cannot be, “${cron}”: ${faults}.`, {
    code: 'E_SCHEDULE',
    hint: 'Write five fields (minute hour day month weekday), or six with seconds first.',
    permanent: true,
    exitCode: 2,
  });
}

/**
 * node-cron's own matching, so that no second reading of a pattern can differ from it. Its 10 µs are spared for most
 * times: every zone's offset is a multiple of 15 minutes, so all clocks show the same second, and the same minute
 * modulo 15.
 */
function matcher(cron: string, timezone: string): (time: number) => boolean {
  const task = createTask(cron, () => {}, { timezone });
  const fields = parse(cron);
  const seconds = new Set(fields.second);
  const minutes = new Set(fields.minute.map((minute) => minute % 15));
  return (time) =>
    seconds.has(Math.floor(time / secondMs) % 60) &&
    minutes.has(Math.floor(time / minuteMs) % 15) &&
    task.match(new Date(time));
}

/** The zone's changes from two days ago on, so that a change of this very night is among them. */
function clockChanges(timezone: string, now: number): ClockChange[] {
  const changes: ClockChange[] = [];
  const end = now + yearsAhead * 366 * dayMs;
  let moment = inZone(now - 2 * dayMs, timezone);
  for (;;) {
    const next = moment.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds > end) return changes;
    const before = next.subtract({ milliseconds: 1 }).offsetNanoseconds / 1e6;
    const by = next.offsetNanoseconds / 1e6 - before;
    if (by !== 0) changes.push({ at: next.epochMilliseconds, by, wallBefore: next.epochMilliseconds + before });
    moment = next;
  }
}

function inZone(time: number, timezone: string): Temporal.ZonedDateTime {
  try {
    return Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timezone);
  } catch (error) {
    throw new OmegaError(`There is no time zone ${timezone}, so no schedule can go by it.`, {
      code: 'E_SCHEDULE',
      hint: 'Set OMEGA_TIMEZONE to an IANA name such as Europe/Amsterdam.',
      permanent: true,
      exitCode: 2,
      cause: error,
    });
  }
}

/** Whether the pattern names a time that this change skips or shows twice. */
function isTouched(change: ClockChange, stepMs: number, showsOnClock: (wall: number) => boolean): boolean {
  const from = change.by > 0 ? change.wallBefore : change.wallBefore + change.by;
  const length = Math.abs(change.by);
  for (let wall = from; wall < from + length; wall += stepMs) if (showsOnClock(wall)) return true;
  return false;
}

function isTickOnce(
  time: number,
  options: {
    changes: readonly ClockChange[];
    stepMs: number;
    matches: (time: number) => boolean;
    showsOnClock: (wall: number) => boolean;
  },
): boolean {
  const { changes, stepMs, matches, showsOnClock } = options;
  const isSecondShowing = changes.some(({ at, by }) => by < 0 && time >= at && time < at - by);
  if (isSecondShowing) return false;
  if (matches(time)) return true;
  const gap = changes.find(({ at, by }) => by > 0 && time === at);
  return gap !== undefined && isTouched(gap, stepMs, showsOnClock);
}

function ambiguous(job: string, options: { cron: string; timezone: string; night: ClockChange }): OmegaError {
  const date = inZone(options.night.at, options.timezone).toPlainDate();
  const what = options.night.by > 0 ? 'is skipped' : 'is shown twice';
  return new OmegaError(
    `The job ${job} is due at “${options.cron}” in ${options.timezone}, a time that ${what} when the clocks change on ${date.toString()}.`,
    {
      code: 'E_SCHEDULE',
      hint: "Say daylightSaving: 'once' or 'literal' in its schedule, choose another hour, or use UTC.",
      permanent: true,
      exitCode: 2,
    },
  );
}
