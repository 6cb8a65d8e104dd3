import type { Redis } from 'ioredis';
import { systemClock, type Clock } from '../lib/clock.ts';
import { promptly } from './promptly.ts';

/** So many messages and no more, as Telegram allows a bot. */
export interface Pace {
  /** Resolves when the bot may speak in that chat (null: no chat). */
  readonly turn: (whose: { readonly bot: string; readonly chat: string | null }, signal: AbortSignal) => Promise<void>;
  /** The whole bot keeps silent for so long. */
  readonly hold: (bot: string, ms: number) => Promise<void>;
}

export interface PaceOptions {
  /** Null: this process alone. */
  readonly redis: Redis | null;
  readonly prefix?: string;
  readonly clock?: Clock;
  /** Of the real pauses; a bench speaks a hundred times as fast at 0.01. */
  readonly scale?: number;
}

/** From one message to the next: 30 a second of a bot, one a second in a chat, 20 a minute in a group. */
const botMs = 1000 / 30;
const chatMs = 1000;
const groupMs = 60_000 / 20;

/** Redis gets so long for an answer, and is not asked again for a while once it did not give one. */
const patienceMs = 1000;
const asideMs = 10_000;

/** Each key lasts as long as its pause: takes a turn, or says in how many milliseconds to ask again. `ARGV`: the pauses. */
const takeTurn = `
local wait = 0
for _, key in ipairs(KEYS) do wait = math.max(wait, redis.call('PTTL', key)) end
if wait > 0 then return wait end
for index, ms in ipairs(ARGV) do redis.call('SET', KEYS[index], '', 'PX', ms) end
return 0`;

const lengthen = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end
return 0`;

/** A pause, and the key that lasts as long. */
interface Pause {
  readonly key: string;
  readonly ms: number;
}

/** Takes all these turns together, or says how long until it may. */
type Take = (pauses: readonly Pause[], hold: string) => Promise<number>;

/** Keeps the pace with every process that speaks through the same bot; without Redis, this process with itself. */
export function createPace({ redis, prefix = 'omega', clock = systemClock, scale = 1 }: PaceOptions): Pace {
  const alone = paceAlone(clock);
  const together = redis === null ? null : paceTogether({ redis, clock, alone });
  const line = standInLine();
  return {
    async turn({ bot, chat }, signal) {
      const key = `${prefix}:pace:${bot}`;
      const ofChat = chat === null ? [] : [{ key: `${key}:${chat}`, ms: pauseIn(chat, scale) }];
      const pauses = [{ key, ms: Math.ceil(botMs * scale) }, ...ofChat];
      await line(`${bot}:${chat}`, async () => {
        for (;;) {
          signal.throwIfAborted();
          const waitMs = await (together ?? alone).take(pauses, `${key}:hold`);
          if (waitMs <= 0) return;
          await clock.sleep(waitMs, signal);
        }
      });
    },
    hold: (bot, ms) => (together ?? alone).hold(`${prefix}:pace:${bot}:hold`, Math.ceil(ms * scale)),
  };
}

function pauseIn(chat: string, scale: number): number {
  return Math.ceil((chat.startsWith('-') ? groupMs : chatMs) * scale);
}

/** Whoever came first speaks first, within this process. */
function standInLine(): (name: string, speak: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<unknown>>();
  return async (name, speak) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(speak);
    const settled = mine.catch(() => {}); // Whoever gave up holds up nobody.
    last.set(name, settled);
    await settled;
    if (last.get(name) === settled) last.delete(name);
    return mine;
  };
}

interface Keeper {
  readonly take: Take;
  readonly hold: (key: string, ms: number) => Promise<void>;
}

function paceAlone(clock: Clock): Keeper {
  const ends = new Map<string, number>();
  return {
    async take(pauses, hold) {
      const now = clock.monotonic();
      for (const [key, end] of ends) if (end <= now) ends.delete(key);
      const waitMs = Math.max(...[...pauses.map(({ key }) => key), hold].map((key) => (ends.get(key) ?? now) - now));
      if (waitMs <= 0) for (const { key, ms } of pauses) ends.set(key, now + ms);
      return waitMs;
    },
    async hold(key, ms) {
      ends.set(key, Math.max(ends.get(key) ?? 0, clock.monotonic() + ms));
    },
  };
}

function paceTogether({ redis, clock, alone }: { redis: Redis; clock: Clock; alone: Keeper }): Keeper {
  let asideUntil = -Infinity;
  const ask = async <Answer>(command: () => Promise<Answer>): Promise<Answer | null> => {
    // A command that waits for a connection would be carried out late, when nobody waits for it any more.
    if (redis.status !== 'ready' || clock.monotonic() < asideUntil) return null;
    try {
      return await promptly(command(), patienceMs);
    } catch {
      asideUntil = clock.monotonic() + asideMs; // An alert that Redis is down must go out.
      return null;
    }
  };
  return {
    async take(pauses, hold) {
      const keys = [...pauses.map(({ key }) => key), hold];
      const answer = await ask(() => redis.eval(takeTurn, keys.length, ...keys, ...pauses.map(({ ms }) => String(ms))));
      // The first to find it away also minds its own pauses; when it is back, so do all together.
      return answer === null ? alone.take(pauses, hold) : Number(answer);
    },
    async hold(key, ms) {
      await alone.hold(key, ms);
      await ask(() => redis.eval(lengthen, 1, key, String(ms)));
    },
  };
}
