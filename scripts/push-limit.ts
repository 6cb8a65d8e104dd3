import type { Clock } from '#lib/clock.ts';

/**
 * Lets each check through so often a minute, evenly from then on. Answers with the seconds to wait; 0: come in. It
 * remembers one line a check, and there are only so many of those.
 */
export function callLimit({
  callsAMinute,
  clock,
}: {
  readonly callsAMinute: number;
  readonly clock: Pick<Clock, 'monotonic'>;
}): (check: string) => number {
  const left = new Map<string, { readonly calls: number; readonly at: number }>();
  const everyMs = 60_000 / callsAMinute;
  return (check) => {
    const at = clock.monotonic();
    const before = left.get(check) ?? { calls: callsAMinute, at };
    const calls = Math.min(callsAMinute, before.calls + (at - before.at) / everyMs);
    if (calls < 1) return Math.ceil(((1 - calls) * everyMs) / 1000);
    left.set(check, { calls: calls - 1, at });
    return 0;
  };
}
