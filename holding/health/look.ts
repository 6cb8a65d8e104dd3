import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { redact } from '#lib/log.ts';
import type { Say } from '#lib/language.ts';
import type { Check, Finding, Probes, Told } from './check.ts';

/** What looking takes. */
export interface LookOptions {
  readonly clock: Clock;
  readonly probes: Probes;
  /** Ends it without a finding: a shutdown. */
  readonly signal: AbortSignal;
  /** Stand in no reason. */
  readonly secrets: readonly string[];
  readonly say: Say;
}

const longestReason = 300;

/**
 * Runs a check to a finding, whatever it does: no answer in time is a fail, even of one that ignores its signal; an
 * error is `unknown`, for then the looking went wrong and not what is looked at.
 * @throws the signal's reason when it is aborted.
 */
export async function lookAt(check: Check, options: LookOptions): Promise<Told> {
  const { clock, probes, signal } = options;
  const ended = new AbortController();
  const within = AbortSignal.any([signal, ended.signal]);
  const inTime = clock.sleep(check.timeoutMs, within).then(() => noAnswer(check));
  const found = Promise.try(() => check.run({ signal: within, clock, probes }));
  try {
    return presentable(await Promise.race([found, inTime]), options);
  } catch (error) {
    signal.throwIfAborted();
    return presentable({ status: 'unknown', reason: unseen(messageOf(error)) }, options);
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
  const seconds = timeoutMs / 1000;
  return { status: 'fail', reason: { en: `No answer within ${seconds} s`, nl: `Geen antwoord binnen ${seconds} s` } };
}

function unseen(why: string): Finding['reason'] {
  return { en: `It could not be looked at: ${why}`, nl: `Er kon niet naar gekeken worden: ${why}` };
}

function presentable({ todo, ...finding }: Finding, { secrets, say }: Pick<LookOptions, 'secrets' | 'say'>): Told {
  const line = redact(say(finding.reason), secrets)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  const reason = line.length > longestReason ? `${line.slice(0, longestReason - 1)}…` : line;
  const told = { ...finding, reason, ...(todo === undefined ? {} : { todo: { ...todo, what: say(todo.what) } }) };
  if (finding.latencyMs === undefined) return told;
  return { ...told, latencyMs: Math.round(finding.latencyMs * 10) / 10 };
}
