import { tooMany } from './refusal.ts';

/** Lets a message through, or not. @throws Refusal 429 */
export type Limit = (chat: number) => void;

const mostInSecond = 30;

/** One a second in a chat and thirty a second in all, where a second may be shorter than one. */
export function limitTo(secondMs: number, turnedAway: () => void): Limit {
  const inChat = new Map<number, number>();
  let recent: number[] = [];
  return (chat) => {
    const now = performance.now();
    recent = recent.filter((at) => now - at < secondMs);
    // Clocks differ by a little, and the real one is not to the millisecond either.
    if (now - (inChat.get(chat) ?? -Infinity) < secondMs * 0.9 - 2 || recent.length >= mostInSecond) {
      turnedAway();
      throw tooMany(1);
    }
    inChat.set(chat, now);
    recent.push(now);
  };
}
