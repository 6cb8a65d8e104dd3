import { randomInt, randomUUID, scryptSync, timingSafeEqual } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { botNames, keepChat, type BotName } from './chats.ts';

/** A code is good for so long, and for so many wrong guesses by anyone. */
export const pairingMs = 5 * 60_000;
export const mostWrong = 5;

const Pairing = z.object({
  bot: z.enum(botNames),
  botId: z.string(),
  salt: z.string(),
  /** Of the code: six digits are soon guessed, so it is one that takes long. */
  hash: z.string(),
  expiresAt: z.number(),
  wrong: z.int(),
  /** The chat that sent the code; null: none did yet. */
  taken: z.string().nullable(),
});
/** A pairing that goes on, as its file has it. */
export type Pairing = z.infer<typeof Pairing>;

export interface PairingPlaces {
  readonly botPairing: string;
  readonly botChats: string;
}

/** Begins one, in place of any other. Resolves to the code, which is kept nowhere. */
export async function beginPairing(
  { botPairing }: Pick<PairingPlaces, 'botPairing'>,
  { bot, botId, now }: { readonly bot: BotName; readonly botId: string; readonly now: number },
): Promise<string> {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const salt = randomUUID();
  await write(botPairing, {
    bot,
    botId,
    salt,
    hash: hashOf(code, salt),
    expiresAt: now + pairingMs,
    wrong: 0,
    taken: null,
  });
  return code;
}

/** The one that there is; null: none that can be read. */
export async function readPairing({ botPairing }: Pick<PairingPlaces, 'botPairing'>): Promise<Pairing | null> {
  try {
    return Pairing.parse(JSON.parse(await readFile(botPairing, 'utf8')));
  } catch {
    return null; // Without one no code is right.
  }
}

export async function endPairing({ botPairing }: Pick<PairingPlaces, 'botPairing'>): Promise<void> {
  await rm(botPairing, { force: true });
}

/** Takes the chat of a text that is the code. Resolves to whether it was; the same chat may send it twice. */
export type TryCode = (text: string, chat: string, now: number) => Promise<boolean>;

/** For one bot; guesses are looked at one after the other, so that none is not counted. */
export function pairingFor(places: PairingPlaces, { bot, botId }: Pick<Pairing, 'bot' | 'botId'>): TryCode {
  let last: Promise<unknown> = Promise.resolve();
  return (text, chat, now) => {
    if (!/^\d{6}$/.test(text)) return Promise.resolve(false);
    const mine = last.then(() => tryCode(places, { bot, botId }, { text, chat, now }));
    last = mine.catch(() => {}); // Told to its own caller.
    return mine;
  };
}

interface Guess {
  readonly text: string;
  readonly chat: string;
  readonly now: number;
}

async function tryCode(
  places: PairingPlaces,
  { bot, botId }: Pick<Pairing, 'bot' | 'botId'>,
  { text, chat, now }: Guess,
): Promise<boolean> {
  const pairing = await readPairing(places);
  if (pairing === null || pairing.bot !== bot || pairing.botId !== botId) return false;
  if (now >= pairing.expiresAt || pairing.wrong >= mostWrong) return false;
  if (pairing.taken !== null && pairing.taken !== chat) return false;
  if (!isSame(hashOf(text, pairing.salt), pairing.hash)) {
    await write(places.botPairing, { ...pairing, wrong: pairing.wrong + 1 });
    return false;
  }
  await keepChat(places.botChats, bot, { botId, chatId: chat, linkedAt: now });
  await write(places.botPairing, { ...pairing, taken: chat });
  return true;
}

function hashOf(code: string, salt: string): string {
  return scryptSync(code, salt, 32).toString('hex');
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

async function write(path: string, pairing: Pairing): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(pairing)}\n`);
}
