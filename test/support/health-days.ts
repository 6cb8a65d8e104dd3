import type { Beat, Health } from '#holding/health/health.ts';
import { minute, type StillClock } from './health.ts';

const never = new AbortController().signal;

/**
 * Lets a heartbeat go on until a time as the worker does: each minute, and earlier where it asks for that. Between two
 * beats pass at least `leastMs`, as the queue takes its time as well.
 */
export async function liveUntil(
  end: number,
  { health, clock, leastMs = 5 }: { health: Health; clock: StillClock; leastMs?: number },
): Promise<readonly Beat[]> {
  const beats: Beat[] = [];
  while (clock.now() < end) {
    const beat = await health.beat(never);
    beats.push(beat);
    const nextTick = (Math.floor(clock.now() / minute) + 1) * minute;
    clock.set(Math.max(clock.now() + leastMs, Math.min(beat.nextDueAt, nextTick)));
  }
  return beats;
}
