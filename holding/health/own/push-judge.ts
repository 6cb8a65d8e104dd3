import type { Translated } from '#lib/language.ts';
import type { Finding, Push } from '../check.ts';
import { historyOf, type OpenRun, type PushHistory } from './push-history.ts';

/** What is expected of something that tells of itself. */
export interface PushRule {
  /** When the next success is expected after one, both in milliseconds since the epoch: an interval or a schedule. */
  readonly nextOf: (after: number) => number;
  /** So much later than expected it is down; until then it is late. */
  readonly graceMs: number;
  /** A run that told its start and goes on for longer hangs. Unset: starts count for nothing but durations. */
  readonly maxRunMs?: number;
  /** Of the times in reasons. */
  readonly timezone: string;
}

/**
 * What its calls mean at a time. A function of the records alone: looked at again, also by a monitor that was off
 * meanwhile, it dates everything as it did before.
 */
export function judgePushes(calls: readonly Push[], rule: PushRule, now: number): Finding {
  const history = historyOf(calls, now, rule.maxRunMs ?? Infinity);
  const { success, open } = history;
  const expectedAt = success === null ? Infinity : rule.nextOf(success.at);
  const [first] = troublesIn(history, { ...rule, expectedAt, now }).toSorted((one, other) => one.since - other.since);
  const lastFail = history.fails.at(-1);
  if (first !== undefined) {
    return { status: 'fail', explicit: true, since: first.since, reason: lastFail ? failed(lastFail) : first.reason };
  }
  const deadline = open.reduce((earliest, run) => Math.min(earliest, run.deadline), Infinity);
  if (success === null) return neverSucceeded(open, deadline);
  const took = success.durationMs === null ? {} : { latencyMs: success.durationMs };
  if (now < expectedAt) {
    const reason = { en: 'Told of its success', nl: 'Meldde dat het gelukt is' };
    return { status: 'ok', reason, nextAt: Math.min(expectedAt, deadline), ...took };
  }
  const downAt = expectedAt + rule.graceMs;
  // A run that began in time is what was waited for; how long it may take is bounded by its own deadline.
  if (open.some((run) => beganBetween(run, success.at, downAt))) {
    return { status: 'ok', reason: { en: 'Is running', nl: 'Is bezig' }, nextAt: deadline, ...took };
  }
  const nextAt = Math.min(downAt, deadline);
  return { status: 'late', since: expectedAt, nextAt, reason: missing(expectedAt, rule.timezone) };
}

interface Trouble {
  readonly since: number;
  readonly reason: Translated;
}

interface Judging extends PushRule {
  readonly expectedAt: number;
  readonly now: number;
}

/** What leaves no doubt: it told of a failure, a run hangs, or nothing was heard of it in time. */
function troublesIn({ success, fails, hung, open }: PushHistory, judging: Judging): readonly Trouble[] {
  const { expectedAt, graceMs, timezone, now } = judging;
  const downAt = expectedAt + graceMs;
  const from = success?.at ?? 0;
  const isHeardOf =
    fails.some(({ at }) => at < downAt) || [...open, ...hung].some((run) => beganBetween(run, from, downAt));
  return [
    ...fails.map((fail) => ({ since: fail.at, reason: failed(fail) })),
    ...hung.map((run) => ({ since: run.deadline, reason: hangs(run, timezone) })),
    ...(now >= downAt && !isHeardOf ? [{ since: downAt, reason: missing(expectedAt, timezone) }] : []),
  ];
}

/** Of a run that may take for ever the beginning says nothing. */
function beganBetween({ at, deadline }: OpenRun, from: number, to: number): boolean {
  return at >= from && at < to && Number.isFinite(deadline);
}

function failed({ exitCode, body }: Push): Translated {
  const [line = ''] = body.trim().split('\n');
  const code = exitCode === null ? '' : ` (exit ${exitCode})`;
  const said = line === '' ? '' : `: ${line}`;
  return { en: `Told of a failure${code}${said}`, nl: `Meldde dat het mislukt is${code}${said}` };
}

function hangs(run: OpenRun, timezone: string): Translated {
  const at = timeIn(run.at, timezone);
  return { en: `Began ${at.en} and has not ended in time`, nl: `Begon ${at.nl} en is niet op tijd klaar` };
}

/** Unknown until the first success: that it began proves nothing yet. */
function neverSucceeded(open: readonly OpenRun[], deadline: number): Finding {
  if (Number.isFinite(deadline)) {
    const reason = { en: 'Its first run goes on', nl: 'De eerste keer is bezig' };
    return { status: 'unknown', reason, nextAt: deadline };
  }
  const reason =
    open.length === 0
      ? { en: 'Waits for its first call', nl: 'Wacht op de eerste aanroep' }
      : { en: 'Began, and waits for its first success', nl: 'Begon, en wacht op het eerste succes' };
  return { status: 'unknown', reason };
}

function missing(expectedAt: number, timezone: string): Translated {
  const at = timeIn(expectedAt, timezone);
  return { en: `Expected ${at.en}, and not heard of`, nl: `Verwacht ${at.nl}, en niets gehoord` };
}

const formats = new Map<string, Intl.DateTimeFormat>();

function timeIn(time: number, timezone: string): Translated {
  const inLanguage = (locale: string): string => {
    const known = formats.get(locale + timezone);
    const format = known ?? new Intl.DateTimeFormat(locale, { timeZone: timezone, ...timeStyle });
    if (known === undefined) formats.set(locale + timezone, format);
    return format.format(time);
  };
  return { en: inLanguage('en-GB'), nl: inLanguage('nl-NL') };
}

const timeStyle = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
