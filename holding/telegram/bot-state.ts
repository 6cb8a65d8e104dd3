import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';

const Time = z.number();

/** What a bot's process says of itself while it runs: `paths.bridgeState` and `paths.zwartehandState`. */
export const BotState = z.object({
  pid: z.int(),
  /** When this was written; every {@link stateEveryMs} and at each change. One that is old tells nothing of now. */
  at: Time,
  botId: z.string(),
  /** As the poll says it (`standing.ts`); `redis`: the queue's Redis does not answer, and without it nobody may poll. */
  state: z.enum(['polling', 'waiting', 'webhook', 'conflict', 'unauthorized', 'unreachable', 'redis']),
  since: Time,
  lastUpdateAt: Time.nullable(),
  lastPollAt: Time.nullable(),
  /** Why it does not go well; null: it does. */
  fault: z.string().nullable(),
  /** Whether it knows the owner's chat. */
  paired: z.boolean(),
  /** Messages of people whom it does not know, since it started: they get no answer. */
  strangers: z.int(),
});
export type BotState = z.infer<typeof BotState>;

export const stateEveryMs = 15_000;
/** An older one was left by a process that is dead or hangs. */
export const stateFreshMs = 60_000;

/** Null: there is none, or it cannot be read; either way nothing is known. */
export async function readBotState(path: string): Promise<BotState | null> {
  try {
    return BotState.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null; // It stands for every reason not to know.
  }
}

/** Null once it is old, or of the future. */
export async function freshBotState(path: string, now: number): Promise<BotState | null> {
  const state = await readBotState(path);
  return state === null || Math.abs(now - state.at) > stateFreshMs ? null : state;
}

export async function writeBotState(path: string, state: BotState): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(state)}\n`);
}
