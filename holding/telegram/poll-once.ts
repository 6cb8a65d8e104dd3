import { z } from 'zod';
import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Inbox, KeptUpdate } from './needs.ts';
import { orAborted } from '#lib/or-aborted.ts';
import type { StandingKeeper } from './standing.ts';
import { BotFault, type BotTransport } from './transport.ts';

/** In milliseconds; the usual ones are those of `pollTimes`. */
export interface PollTimes {
  /** Another host takes over after so long, and a third more. */
  readonly leaseMs: number;
  /** Telegram keeps a question open for so long where there is nothing to tell; whole seconds. */
  readonly openMs: number;
  /** Given up after so long: the connection is dead, and only this side knows. */
  readonly giveUpMs: number;
  readonly webhookMs: number;
  readonly longestPauseMs: number;
}

/** Polling for as long as one lease lasts. */
export interface PollSession {
  readonly transport: BotTransport;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly standing: StandingKeeper;
  readonly times: PollTimes;
  /** Of the lease. */
  readonly fence: number;
  /** Something came in. */
  readonly more: () => void;
  isWebhookKnown: boolean;
  failures: number;
}

/** What a bot asks for; all else is never sent to it. */
const allowedUpdates = ['message', 'callback_query'];

const Updates = z.array(z.looseObject({ update_id: z.int() }));
const WebhookInfo = z.object({ url: z.string() });

/** Asks once, and keeps what is told; waits as long as a fault asks for. Resolves to whether to go on. */
export async function pollOnce(session: PollSession): Promise<boolean> {
  const { signal, standing, inbox, fence, more } = session;
  try {
    if (!session.isWebhookKnown && (await hasWebhook(session))) return true;
    const updates = await ask(session);
    if (!(await orAborted(inbox.keep(updates, fence), signal))) return false; // Another one holds the lease.
    standing.polled(updates.length);
    if (updates.length > 0) more();
    session.failures = 0;
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return recover(error, session);
  }
}

/** One that is set is not ours to take off. */
async function hasWebhook(session: PollSession): Promise<boolean> {
  const { transport, signal, standing, clock, times } = session;
  const info = WebhookInfo.safeParse(await transport.call('getWebhookInfo', {}, { signal }));
  if (!info.success) throw new Error('Telegram’s answer to getWebhookInfo was not understood');
  session.isWebhookKnown = info.data.url === '';
  if (session.isWebhookKnown) {
    // The first poll may be open for a while; after a conflict only one that is answered shows that it is over.
    if (standing.now().state !== 'conflict') standing.is('polling');
    return false;
  }
  standing.is('webhook', 'a webhook takes the messages of the bot');
  await clock.sleep(times.webhookMs, signal);
  return true;
}

async function ask({ transport, inbox, signal, times }: PollSession): Promise<readonly KeptUpdate[]> {
  const offset = await orAborted(inbox.offset(), signal);
  const question = {
    timeout: Math.round(times.openMs / 1000),
    limit: 100,
    allowed_updates: allowedUpdates,
    ...(offset > 0 ? { offset } : {}),
  };
  const answer = Updates.safeParse(await transport.call('getUpdates', question, { signal, timeoutMs: times.giveUpMs }));
  if (!answer.success) throw new Error('Telegram’s answer to getUpdates was not understood');
  return answer.data.map((update) => ({ id: update.update_id, update }));
}

/** Waits as long as the fault asks for, and begins again; only a token that is refused ends it. */
async function recover(error: unknown, session: PollSession): Promise<boolean> {
  const { clock, signal, standing, times } = session;
  const kind = error instanceof BotFault ? error.kind : 'unreachable';
  if (kind === 'unauthorized') {
    standing.is('unauthorized', messageOf(error));
    return false;
  }
  if (kind === 'conflict') {
    session.isWebhookKnown = false; // A webhook that was set meanwhile is told in the same way.
    standing.is('conflict', messageOf(error));
    await clock.sleep(3000 + Math.random() * 2000, signal);
    return true;
  }
  standing.is('unreachable', messageOf(error));
  const pauseMs = Math.min(times.longestPauseMs, 1000 * 2 ** session.failures) * (0.75 + Math.random() / 4);
  session.failures += 1;
  await clock.sleep(Math.max(pauseMs, error instanceof BotFault ? error.retryAfterMs : 0), signal);
  return true;
}
