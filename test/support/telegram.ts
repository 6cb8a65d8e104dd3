import type { Pace } from '#holding/telegram/needs.ts';
import { createTelegrafTransport, type TransportOptions } from '#holding/telegram/telegraf-transport.ts';
import type { BotTransport } from '#holding/telegram/transport.ts';
import { systemClock, type Clock } from '#lib/clock.ts';

/** This machine as it is at home: no proxy, no certificates of its own. */
export const noNetwork = { proxy: undefined, extraCaFile: undefined };

/** Never waits; remembers for how long it was told to. */
export function freePace(): Pace & { readonly turns: (string | null)[]; readonly holds: number[] } {
  const turns: (string | null)[] = [];
  const holds: number[] = [];
  return {
    turns,
    holds,
    turn: async ({ chat }, signal) => {
      signal.throwIfAborted();
      turns.push(chat);
    },
    hold: async (_bot, ms) => void holds.push(ms),
  };
}

/** A transport to a fake, that waits for no turn unless it is given a pace. */
export function transportTo(
  { root: apiRoot }: { readonly root: string },
  { token }: { readonly token: string },
  options: Partial<TransportOptions> = {},
): BotTransport {
  return createTelegrafTransport({ token, apiRoot, network: noNetwork, pace: freePace(), ...options });
}

/** Waits for a part of the time only. */
export function quickClock(scale: number): Clock {
  return { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms * scale, signal) };
}
