import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import type { TelegramSettings } from '#lib/env.ts';

export const botNames = ['omega', 'zwartehand'] as const;
export type BotName = (typeof botNames)[number];

const Link = z.object({ botId: z.string(), chatId: z.string(), linkedAt: z.number() });
const Chats = z.object({ omega: Link.optional(), zwartehand: Link.optional() });
type Chats = z.infer<typeof Chats>;

/** Which bot it is: what stands before the colon of its token. */
export function botIdOf({ token }: Pick<TelegramSettings, 'token'>): string {
  return token.split(':')[0] ?? '';
}

/**
 * The chat that a bot speaks in, read anew at each use: what the configuration says, else the one that it was paired
 * with; null: none yet. Another bot's is not this one's: whoever changes the token pairs anew.
 */
export function chatOfBot(path: string, name: BotName, settings: TelegramSettings): () => string | null {
  return () => {
    if (settings.chatId !== undefined) return settings.chatId;
    const link = readChats(path)[name];
    return link?.botId === botIdOf(settings) ? link.chatId : null;
  };
}

/** Remembers the chat of a bot. */
export async function keepChat(path: string, name: BotName, link: z.infer<typeof Link>): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify({ ...readChats(path), [name]: link }, null, 2)}\n`);
}

function readChats(path: string): Chats {
  try {
    return Chats.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {}; // Not there or not to be read: nobody is known, and the bot says so until it is paired again.
  }
}
