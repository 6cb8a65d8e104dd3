import { z } from 'zod';
import { defineJob } from './omega.ts';

const minuteMs = 60_000;

/** The next one comes no sooner than this one has let go of the job. */
const leastPauseMs = 50;

/** Looks at everything, has the page drawn, and comes back early where something is in doubt. */
export default defineJob({
  name: 'heartbeat',
  summary: 'Looks at everything that is due and says how it stands',
  schedule: { cron: '* * * * *', windowMs: 60 * minuteMs },
  /** News: something else is to be shown at once, a report for one. */
  input: z.object({ news: z.boolean().default(false) }),
  policy: {
    queue: 'system',
    timeoutMs: 30_000,
    staleAfterMs: 5 * minuteMs,
    attempts: 3, // A Redis that goes away in the middle of a look makes no dead letter of it.
    maxStarts: 20, // It is queued at each start of the worker, and so is near each of its deaths without being their cause.
    overlap: 'coalesce', // Left out, it would take with it all that come after it until the next tick.
    withoutRedis: true,
  },
  async run({ news }, { omega, signal, enqueue, clock, log, reason }) {
    const beat = await omega.health.beat(signal, reason === 'manual' ? 'all' : news ? 'news' : 'due');
    log(`${beat.headline}: looked at ${beat.checked}, ${beat.flips.length} changed`);
    if (beat.published) await enqueue('site-render', {}, { reason: 'event' });
    if (beat.alertsDue) await enqueue('alert-send', {}, { reason: 'event' });
    await omega.outside.tell(beat.state, signal);

    const nextTick = (Math.floor(clock.now() / minuteMs) + 1) * minuteMs;
    if (beat.nextDueAt < nextTick) {
      const delayMs = Math.max(leastPauseMs, beat.nextDueAt - clock.now());
      await enqueue('heartbeat', {}, { delayMs, reason: 'event' });
    }
    return { seq: beat.seq, headline: beat.headline, flips: beat.flips.length };
  },
});
