import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import type { Handlers } from './handle.ts';
import { openHands } from './hands.ts';
import type { Held, Inbox, Lease } from './needs.ts';
import { pollOnce, type PollSession, type PollTimes } from './poll-once.ts';
import { keepStanding, type PollStanding, type StandingKeeper } from './standing.ts';
import type { BotTransport } from './transport.ts';

/** What polling takes. */
export interface PollOptions extends Handlers {
  readonly transport: BotTransport;
  readonly lease: Lease;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Hears of each change of state. */
  readonly tell?: (standing: PollStanding) => void;
  readonly times?: Partial<PollTimes>;
}

/** A poll that goes on. */
export interface Poll {
  readonly standing: () => PollStanding;
  /** Resolves when its signal was aborted, or its token holds no more; never rejects. */
  readonly over: Promise<void>;
}

const pollTimes: PollTimes = {
  leaseMs: 10_000,
  openMs: 50_000,
  giveUpMs: 60_000,
  webhookMs: 60_000,
  longestPauseMs: 30_000,
};

/** Polls for updates, keeps each in the inbox before it counts as taken, and has it handled; wherever it runs, only one does. */
export function pollUpdates(options: PollOptions): Poll {
  const { clock, log, transport, tell } = options;
  const standing = keepStanding(clock, (now) => {
    const fields = { bot: transport.botId, state: now.state, ...(now.fault === null ? {} : { error: now.fault }) };
    if (now.state === 'polling' || now.state === 'waiting') log.info('The bot’s messages', fields);
    else log.warn('The bot’s messages', fields);
    tell?.(now);
  });
  const over = pollOn({ ...options, times: { ...pollTimes, ...options.times }, standing });
  return { standing: standing.now, over };
}

interface Polling extends PollOptions {
  readonly times: PollTimes;
  readonly standing: StandingKeeper;
}

async function pollOn(polling: Polling): Promise<void> {
  const { lease, transport, clock, signal, standing, times } = polling;
  const pauseMs = times.leaseMs / 3;
  while (!signal.aborted && standing.now().state !== 'unauthorized') {
    try {
      await using held = await lease.take(`poll:${transport.botId}`, { ttlMs: times.leaseMs });
      if (held !== null) await pollWhileHeld(held, polling);
      else standing.is('waiting');
    } catch (error) {
      if (signal.aborted) return;
      standing.is('unreachable', messageOf(error));
    }
    if (standing.now().state !== 'unauthorized') await clock.sleep(pauseMs, signal).catch(() => {}); // The loop ends.
  }
}

/** Resolves when the lease was lost, another one holds it, or the token is refused. */
async function pollWhileHeld(held: Held, polling: Polling): Promise<void> {
  const signal = AbortSignal.any([polling.signal, held.lost]);
  const stop = new AbortController();
  const hands = openHands({ ...polling, signal: AbortSignal.any([signal, stop.signal]) });
  const session: PollSession = {
    ...polling,
    signal,
    fence: held.fence,
    more: hands.more,
    isWebhookKnown: false,
    failures: 0,
  };
  try {
    while (await pollOnce(session));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop.abort();
    await hands.settled();
  }
}
