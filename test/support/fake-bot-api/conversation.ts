import { EventEmitter, once } from 'node:events';
import { addUpdate, meOf, type BotState } from './bot.ts';
import { Refusal } from './refusal.ts';

export interface SeenButton {
  readonly text: string;
  readonly data: string;
}

/** A message of a bot, as a person sees it. */
export interface SeenMessage {
  readonly id: number;
  /** Without tags. */
  readonly text: string;
  readonly buttons: readonly SeenButton[];
  readonly document: { readonly fileName: string; readonly bytes: Uint8Array } | null;
  readonly isSilent: boolean;
  readonly isProtected: boolean;
  readonly isEdited: boolean;
}

/** A chat of a bot with a person, or with a group. */
export interface Conversation {
  readonly id: number;
  readonly type: 'private' | 'group';
  readonly name: string;
  readonly bot: BotState;
  readonly messages: SeenMessage[];
  readonly changes: EventEmitter;
  isBlocked: boolean;
  migratedTo: number | null;
  nextMessageId: number;
}

export function openConversation(
  bot: BotState,
  { id, type, name }: Pick<Conversation, 'id' | 'type' | 'name'>,
): Conversation {
  const changes = new EventEmitter({ captureRejections: true }).setMaxListeners(0);
  const conversation = {
    id,
    type,
    name,
    bot,
    messages: [],
    changes,
    isBlocked: false,
    migratedTo: null,
    nextMessageId: 1,
  };
  bot.chats.set(id, conversation);
  return conversation;
}

export function chatJson({ id, type, name }: Conversation): object {
  return type === 'private' ? { id, type, first_name: name } : { id, type, title: name };
}

/** The chat that a bot wants to speak in. @throws Refusal as the real one */
export function reachable(bot: BotState, id: number): Conversation {
  const chat = bot.chats.get(id);
  if (chat === undefined) throw new Refusal(400, 'Bad Request: chat not found');
  if (chat.migratedTo !== null) {
    const why = 'Bad Request: group chat was upgraded to a supergroup chat';
    throw new Refusal(400, why, { migrate_to_chat_id: chat.migratedTo });
  }
  if (chat.isBlocked && chat.type === 'private') throw new Refusal(403, 'Forbidden: bot was blocked by the user');
  if (chat.isBlocked) throw new Refusal(403, 'Forbidden: bot was kicked from the group chat');
  return chat;
}

/** A bot says something. */
export function post(chat: Conversation, message: Omit<SeenMessage, 'id' | 'isEdited'>): SeenMessage {
  const seen = { ...message, id: chat.nextMessageId, isEdited: false };
  chat.nextMessageId += 1;
  chat.messages.push(seen);
  chat.changes.emit('change');
  return seen;
}

export function replaceMessage(chat: Conversation, message: SeenMessage): void {
  const index = chat.messages.findIndex(({ id }) => id === message.id);
  chat.messages[index] = message;
  chat.changes.emit('change');
}

/** A message of a bot, as the API tells of it. */
export function messageJson(chat: Conversation, { id, text, document, buttons }: SeenMessage): object {
  const head = { message_id: id, from: meOf(chat.bot), chat: chatJson(chat), date: Math.floor(Date.now() / 1000) };
  const keyboard = buttons.map(({ text: label, data }) => [{ text: label, callback_data: data }]);
  const markup = buttons.length === 0 ? {} : { reply_markup: { inline_keyboard: keyboard } };
  if (document === null) return { ...head, text, ...markup };
  const { fileName, bytes } = document;
  return {
    ...head,
    caption: text,
    document: { file_name: fileName, file_size: bytes.length, ...fileIds(id) },
    ...markup,
  };
}

function fileIds(id: number): object {
  return { file_id: `file-${id}`, file_unique_id: `unique-${id}` };
}

/** Resolves once it is so. */
export async function untilSo(chat: Conversation, isSo: () => boolean): Promise<void> {
  while (!isSo()) await once(chat.changes, 'change');
}

/** A person says something, to a bot that need not have been spoken to before. */
export function hear(chat: Conversation, content: object, { from, at }: { from: object; at: number }): number | null {
  const message = {
    message_id: chat.nextMessageId,
    from,
    chat: chatJson(chat),
    date: Math.floor(at / 1000),
    ...content,
  };
  chat.nextMessageId += 1;
  return addUpdate(chat.bot, 'message', message);
}
