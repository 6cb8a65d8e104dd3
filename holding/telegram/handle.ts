import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import type { Inbox, KeptUpdate } from './needs.ts';
import { orAborted } from '#lib/or-aborted.ts';

/** Who handles what came in. */
export interface Handlers {
  /** Called again for one that it did not finish: what it does must be one thing by the update's number. */
  readonly onUpdate: (update: KeptUpdate, signal: AbortSignal) => Promise<void>;
  /** It failed each time, and is not tried again: whoever wrote it should hear of that. */
  readonly onGivenUp?: (update: KeptUpdate, signal: AbortSignal) => Promise<void>;
}

export interface HandleOptions extends Handlers {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
  /** Then all of it is let go of, and lies in the inbox for the next one. */
  readonly signal: AbortSignal;
  /** One that takes longer has failed. */
  readonly handlerMs?: number;
}

const mostTries = 3;
const pauseMs = 1000;
/** What the inbox gets to note what was handled when all is let go of. */
const lastPatienceMs = 1000;

/** Has one handled, and notes that it was; one that fails each time counts as handled. Never rejects. */
export async function handle(update: KeptUpdate, options: HandleOptions): Promise<void> {
  const { inbox, signal, onGivenUp, log } = options;
  if (signal.aborted) return;
  if (!(await succeeds(update, options))) {
    if (signal.aborted) return;
    await attempt(async (within) => onGivenUp?.(update, within), options).catch((error: unknown) => {
      log.warn('Nobody could be told that it was not handled', { update: update.id, error: messageOf(error) });
    });
  }
  await patiently(() => inbox.done(update.id), options);
}

/** Until the inbox answers: what was handled must be noted, or it is handled twice. Null once it is given up. */
export async function patiently<Answer>(
  ask: () => Promise<Answer>,
  { clock, signal, log }: Pick<HandleOptions, 'clock' | 'signal' | 'log'>,
): Promise<Answer | null> {
  for (let tries = 1; !signal.aborted || tries === 1; tries += 1) {
    try {
      return await orAborted(ask(), signal.aborted ? AbortSignal.timeout(lastPatienceMs) : signal);
    } catch (error) {
      if (tries === 1 && !signal.aborted) log.warn('The inbox does not answer', { error: messageOf(error) });
      await clock.sleep(pauseMs, signal).catch(() => {}); // Stopped: the loop ends.
    }
  }
  return null;
}

async function succeeds(update: KeptUpdate, options: HandleOptions): Promise<boolean> {
  const { onUpdate, clock, signal, log } = options;
  for (let tries = 1; tries <= mostTries; tries += 1) {
    try {
      await attempt((within) => onUpdate(update, within), options);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      log.warn('What came in could not be handled', { update: update.id, tries, error: messageOf(error) });
    }
    if (tries < mostTries) await clock.sleep(tries * pauseMs, signal).catch(() => {}); // Stopped: the inbox keeps it.
  }
  return false;
}

async function attempt(
  doIt: (signal: AbortSignal) => Promise<void>,
  { signal, handlerMs = 120_000 }: HandleOptions,
): Promise<void> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(handlerMs)]);
  await orAborted(
    Promise.try(() => doIt(within)),
    within,
  );
}
