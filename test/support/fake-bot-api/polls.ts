import { z } from 'zod';
import type { BotState, Update, WaitingPoll } from './bot.ts';
import { jsonParam, type Params } from './params.ts';
import { Refusal } from './refusal.ts';

const Question = z.object({
  offset: z.coerce.number().int().default(0),
  limit: z.coerce.number().int().default(100),
  timeout: z.coerce.number().int().default(0),
  allowed_updates: z.preprocess(jsonParam, z.array(z.string())).optional(),
});

const webhookIsSet =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const otherPoll = 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';
export const webhookCame = 'Conflict: terminated by setWebhook request';

/** At most one conflict is told in so many seconds; and one who asks the same again so soon waits as long. */
const conflictS = 3;

/**
 * Answers with what there is, or waits for it. An older poll of the same bot is told of the conflict, as the real one
 * does. @throws Refusal 409
 */
export async function getUpdates(bot: BotState, params: Params, options: PollOptions): Promise<readonly Update[]> {
  if (bot.webhook !== '') throw new Refusal(409, webhookIsSet);
  const { offset, limit, timeout, allowed_updates: allowed } = Question.parse(params);
  if (allowed !== undefined) bot.allowed = allowed.length === 0 ? null : new Set(allowed);
  const now = performance.now();
  const isHasty = offset === bot.previousPoll.offset && now < bot.previousPoll.at + conflictS * options.secondMs;
  bot.previousPoll = { offset, at: now };
  endPoll(bot, otherPoll);
  forget(bot, offset);
  const most = Math.min(Math.max(limit, 1), 100);
  if (bot.updates.length > 0 || (timeout === 0 && !isHasty)) return bot.updates.slice(0, most);
  const seconds = isHasty && timeout < conflictS ? conflictS : Math.min(timeout, 50);
  return wait(bot, most, { ...options, timeoutMs: seconds * options.secondMs });
}

export interface PollOptions {
  readonly secondMs: number;
  /** Aborted when the asking side is gone. */
  readonly gone: AbortSignal;
}

/** What was taken is confirmed by asking for what comes after it; a number that is not there yet begins anew. */
function forget(bot: BotState, offset: number): void {
  if (offset < 0) bot.updates = bot.updates.slice(offset);
  if (offset > 0 && offset <= bot.nextUpdateId) bot.updates = bot.updates.filter(({ update_id: id }) => id >= offset);
}

/** The poll that waits now ends with a conflict: at once, or in a while where one was told just now. */
export function endPoll(bot: BotState, why: string): void {
  bot.waiting?.conflict(why);
  bot.waiting = null;
}

function wait(
  bot: BotState,
  limit: number,
  { timeoutMs, secondMs, gone }: PollOptions & { readonly timeoutMs: number },
): Promise<readonly Update[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Update[]>();
  const leave = (): void => {
    clearTimeout(timer);
    if (bot.waiting === waiting) bot.waiting = null;
  };
  const end = (): void => {
    leave();
    resolve([]);
  };
  const waiting: WaitingPoll = {
    limit,
    answer: (updates) => {
      leave();
      resolve(updates);
    },
    conflict: (why) => {
      leave();
      const now = performance.now();
      const isSoon = now < bot.nextConflictAt;
      if (!isSoon) bot.nextConflictAt = now + conflictS * secondMs;
      setTimeout(() => reject(new Refusal(409, why)), isSoon ? conflictS * secondMs : 0);
    },
  };
  const timer = setTimeout(end, timeoutMs);
  gone.addEventListener('abort', end, { once: true });
  bot.waiting = waiting;
  return promise;
}
