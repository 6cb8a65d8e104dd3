import { systemClock } from '#lib/clock.ts';

/** How often a process is asked whether it lives, and how patiently; milliseconds. */
export interface LivenessRules {
  readonly everyMs: number;
  /** So many questions in a row without an answer: it hangs. */
  readonly misses: number;
  /** A process that has never answered yet may still be loading: so long, then it hangs too. */
  readonly startMs: number;
}

/** A hang is found within six to eight seconds, and a loaded machine has half a minute to start a process. */
export const usualLiveness: LivenessRules = { everyMs: 2000, misses: 3, startMs: 30_000 };

/**
 * Resolves, once the process hangs, to the reason in words; rejects when the signal is aborted, which is when the
 * process is gone. Misses are counted, not time: a machine that slept, or a supervisor that was held up itself, adds
 * one miss at most and so never kills a healthy process.
 */
export async function untilHung(
  look: (signal: AbortSignal) => Promise<void>,
  rules: LivenessRules,
  signal: AbortSignal,
): Promise<string> {
  let hasAnswered = false;
  let misses = 0;
  const patience = (): number => (hasAnswered ? rules.misses : Math.ceil(rules.startMs / rules.everyMs));
  while (misses < patience()) {
    const nextLook = systemClock.sleep(rules.everyMs, signal);
    nextLook.catch(() => {}); // Awaited below; until then the abort of both must not count as unhandled.
    const answered = await answers(look, AbortSignal.any([signal, AbortSignal.timeout(rules.everyMs)]));
    hasAnswered ||= answered;
    misses = answered ? 0 : misses + 1;
    await nextLook;
  }
  return `no sign of life for ${(misses * rules.everyMs) / 1000} s`;
}

async function answers(look: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await look(signal);
    return true;
  } catch {
    return false; // Whatever kept it from answering: no answer is what counts here.
  }
}
