import type { Clock } from '#lib/clock.ts';

/**
 * Lets each name through so often a minute, evenly from then on. Answers with the seconds to wait; 0: come in. It
 * remembers each name for ever: there must only be so many of them.
 */
export function callLimit({
  callsAMinute,
  clock,
}: {
  readonly callsAMinute: number;
  readonly clock: Pick<Clock, 'monotonic'>;
}): (name: string) => number {
  const left = new Map<string, { readonly calls: number; readonly at: number }>();
  const everyMs = 60_000 / callsAMinute;
  return (name) => {
    const at = clock.monotonic();
    const before = left.get(name) ?? { calls: callsAMinute, at };
    const calls = Math.min(callsAMinute, before.calls + (at - before.at) / everyMs);
    if (calls < 1) return Math.ceil(((1 - calls) * everyMs) / 1000);
    left.set(name, { calls: calls - 1, at });
    return 0;
  };
}
