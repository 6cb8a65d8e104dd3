import { addUpdate, type BotState } from './bot.ts';
import { hear, messageJson, openConversation, untilSo, type Conversation, type SeenMessage } from './conversation.ts';

/** Somebody with a phone, in a chat with a bot; for tests to speak through. */
export interface Person {
  readonly id: number;
  /** Returns the update's number; null where the bot did not ask for messages. `at`: milliseconds since the epoch. */
  readonly says: (text: string, options?: { readonly at?: number }) => number | null;
  readonly sends: (bytes: Uint8Array, fileName: string) => number | null;
  /**
   * Presses a button by its label or data, on the newest message that has it. Resolves to what the bot says to that at
   * once. @throws where no message has one
   */
  readonly presses: (
    button: string,
    options?: PressOptions,
  ) => Promise<{ readonly text: string; readonly isAlert: boolean }>;
  /** What the bot told, oldest first, as it stands now. */
  readonly sees: () => readonly SeenMessage[];
  /** Resolves to what is seen once it is so. */
  readonly until: (isSo: (messages: readonly SeenMessage[]) => boolean) => Promise<readonly SeenMessage[]>;
  readonly blocks: () => void;
  readonly unblocks: () => void;
}

export interface PressOptions {
  /** Another person, in whose chat there is none. */
  readonly as?: number;
}

/** A group that the bot is in. */
export interface Group {
  readonly id: number;
  readonly sees: () => readonly SeenMessage[];
  readonly says: (text: string, from: Person) => number | null;
  /** Returns its new id. */
  readonly migrates: () => number;
  readonly removesBot: () => void;
}

let lastId = 5_000_000;
let lastCallback = 0;

export function newPerson(bot: BotState, name = 'Owner', id = ++lastId): Person {
  const chat = openConversation(bot, { id, type: 'private', name });
  const from = { id, is_bot: false, first_name: name, language_code: 'nl' };
  return {
    id,
    says: (text, { at = Date.now() } = {}) => hear(chat, { text, ...commandOf(text) }, { from, at }),
    sends: (bytes, fileName) => hear(chat, { document: keepFile(bot, { bytes, fileName }) }, { from, at: Date.now() }),
    presses: (button, { as = id } = {}) => press(chat, button, { ...from, id: as }),
    sees: () => chat.messages,
    until: async (isSo) => {
      await untilSo(chat, () => isSo(chat.messages));
      return chat.messages;
    },
    blocks: () => (chat.isBlocked = true),
    unblocks: () => (chat.isBlocked = false),
  };
}

export function newGroup(bot: BotState, title = 'The group'): Group {
  const chat = openConversation(bot, { id: -++lastId, type: 'group', name: title });
  return {
    id: chat.id,
    sees: () => chat.messages,
    says: (text, { id }) =>
      hear(chat, { text, ...commandOf(text) }, { from: { id, is_bot: false, first_name: 'Owner' }, at: Date.now() }),
    migrates: () => (chat.migratedTo = -1_000_000_000_000 + chat.id),
    removesBot: () => (chat.isBlocked = true),
  };
}

function commandOf(text: string): object {
  const command = /^\/\w+(?:@\w+)?/.exec(text)?.[0];
  return command === undefined ? {} : { entities: [{ type: 'bot_command', offset: 0, length: command.length }] };
}

function keepFile(bot: BotState, { bytes, fileName }: { bytes: Uint8Array; fileName: string }): object {
  const id = `upload-${bot.files.size + 1}`;
  bot.files.set(id, { bytes, path: `documents/${id}` });
  return { file_id: id, file_unique_id: `u-${id}`, file_name: fileName, file_size: bytes.length };
}

function press(chat: Conversation, button: string, from: object): ReturnType<Person['presses']> {
  const has = ({ text, data }: { text: string; data: string }): boolean => text === button || data === button;
  const message = chat.messages.findLast(({ buttons }) => buttons.some(has));
  const data = message?.buttons.find(has)?.data;
  if (message === undefined || data === undefined) throw new Error(`no message has the button ${button}`);
  const id = String(++lastCallback);
  const answered = Promise.withResolvers<{ text: string; isAlert: boolean }>();
  chat.bot.callbacks.set(id, answered.resolve);
  const query = { id, from, message: messageJson(chat, message), chat_instance: String(chat.id), data };
  addUpdate(chat.bot, 'callback_query', query);
  return answered.promise;
}
