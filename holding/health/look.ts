import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { redact } from '#lib/log.ts';
import type { Check, Finding, Probes } from './check.ts';

/** What looking takes. */
export interface LookOptions {
  readonly clock: Clock;
  readonly probes: Probes;
  /** Ends it without a finding: a shutdown. */
  readonly signal: AbortSignal;
  /** Stand in no reason. */
  readonly secrets: readonly string[];
}

const longestReason = 300;

/**
 * Runs a check to a finding, whatever it does: no answer in time is a fail, even of one that ignores its signal; an
 * error is `unknown`, for then the looking went wrong and not what is looked at.
 * @throws the signal's reason when it is aborted.
 */
export async function lookAt(check: Check, { clock, probes, signal, secrets }: LookOptions): Promise<Finding> {
  const ended = new AbortController();
  const within = AbortSignal.any([signal, ended.signal]);
  const inTime = clock.sleep(check.timeoutMs, within).then(() => noAnswer(check));
  const found = Promise.try(() => check.run({ signal: within, clock, probes }));
  try {
    return presentable(await Promise.race([found, inTime]), secrets);
  } catch (error) {
    signal.throwIfAborted();
    return presentable({ status: 'unknown', reason: `It could not be looked at: ${messageOf(error)}` }, secrets);
  } finally {
    ended.abort();
  }
}

/** Resolves to what is asked, or to null when that takes too long or fails: the caller can do without. */
export async function askWithin<Answer>(
  ask: () => Promise<Answer>,
  { clock, signal, timeoutMs }: { clock: Clock; signal: AbortSignal; timeoutMs: number },
): Promise<Answer | null> {
  const ended = new AbortController();
  const inTime = clock.sleep(timeoutMs, AbortSignal.any([signal, ended.signal])).then(() => null);
  try {
    return await Promise.race([Promise.try(ask), inTime]);
  } catch {
    signal.throwIfAborted();
    return null; // Why it failed is told by the check that asks the same.
  } finally {
    ended.abort();
  }
}

function noAnswer({ timeoutMs }: Check): Finding {
  return { status: 'fail', reason: `No answer within ${timeoutMs / 1000} s` };
}

function presentable(finding: Finding, secrets: readonly string[]): Finding {
  const line = redact(finding.reason, secrets)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  const reason = line.length > longestReason ? `${line.slice(0, longestReason - 1)}…` : line;
  if (finding.latencyMs === undefined) return { ...finding, reason };
  return { ...finding, reason, latencyMs: Math.round(finding.latencyMs * 10) / 10 };
}
