import { z } from 'zod';
import type { BotState } from './bot.ts';
import {
  messageJson,
  post,
  reachable,
  replaceMessage,
  type Conversation,
  type SeenButton,
  type SeenMessage,
} from './conversation.ts';
import type { Counter } from './counts.ts';
import { textOfHtml } from './html.ts';
import type { Limit } from './limits.ts';
import { jsonParam, type Params } from './params.ts';
import { Refusal } from './refusal.ts';

/** What a method works with. */
export interface MethodContext {
  readonly bot: BotState;
  readonly params: Params;
  readonly counter: Counter;
  readonly limit: Limit;
  readonly mostFileBytes: number;
}

const mostText = 4096;
const mostCaption = 1024;
const mostButtonData = 64;

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(false);
const Button = z.object({ text: z.string().min(1), callback_data: z.string().optional(), url: z.string().optional() });
const Markup = z.object({ inline_keyboard: z.array(z.array(Button)) });
const markup = z.preprocess(jsonParam, Markup).optional();
const chatId = z.coerce.number().int();
const Target = z.object({ chat_id: chatId, message_id: z.coerce.number().int() });
const Style = z.object({ parse_mode: z.string().optional(), reply_markup: markup });

const Message = Style.extend({
  chat_id: chatId,
  text: z.string().default(''),
  disable_notification: flag,
  protect_content: flag,
});
const Document = Message.omit({ text: true }).extend({ caption: z.string().default(''), document: z.instanceof(File) });

export function sendMessage({ bot, params, counter, limit }: MethodContext): object {
  const given = parse(Message, params);
  const chat = reachable(bot, given.chat_id);
  const text = textOf(given.text, given.parse_mode);
  requireText(text);
  const buttons = buttonsOf(given.reply_markup);
  limit(chat.id);
  counter.send(chat.id, { text });
  const isSilent = given.disable_notification;
  const seen = post(chat, { text, buttons, document: null, isSilent, isProtected: given.protect_content });
  return messageJson(chat, seen);
}

export async function sendDocument(context: MethodContext): Promise<object> {
  const { bot, params, counter, limit, mostFileBytes } = context;
  const given = parse(Document, params);
  const chat = reachable(bot, given.chat_id);
  const text = textOf(given.caption, given.parse_mode);
  if (text.length > mostCaption) throw new Refusal(400, 'Bad Request: message caption is too long');
  if (given.document.size > mostFileBytes) throw new Refusal(413, 'Request Entity Too Large');
  if (given.document.size === 0) throw new Refusal(400, 'Bad Request: file must be non-empty');
  const buttons = buttonsOf(given.reply_markup);
  const bytes = new Uint8Array(await given.document.arrayBuffer());
  limit(chat.id);
  counter.send(chat.id, { text, file: bytes });
  const document = { fileName: given.document.name, bytes };
  const isSilent = given.disable_notification;
  const seen = post(chat, { text, buttons, document, isSilent, isProtected: given.protect_content });
  bot.files.set(`file-${seen.id}`, { bytes, path: `documents/file-${seen.id}` });
  return messageJson(chat, seen);
}

export function editMessageText({ bot, params }: MethodContext): object {
  const { chat, message } = messageToEdit(bot, params);
  const given = parse(Style.extend({ text: z.string().default('') }), params);
  const text = textOf(given.text, given.parse_mode);
  requireText(text);
  return edit(chat, message, { text, buttons: buttonsOf(given.reply_markup) });
}

export function editMessageReplyMarkup({ bot, params }: MethodContext): object {
  const { chat, message } = messageToEdit(bot, params);
  const { reply_markup: given } = parse(z.object({ reply_markup: markup }), params);
  return edit(chat, message, { text: message.text, buttons: buttonsOf(given) });
}

export function deleteMessage({ bot, params }: MethodContext): true {
  const { chat, message } = messageToEdit(bot, params);
  chat.messages.splice(chat.messages.indexOf(message), 1);
  return true;
}

/** @throws Refusal in the place of a zod error: what is missing or odd is a bad request. */
export function parse<Schema extends z.ZodType>(schema: Schema, params: Params): z.output<Schema> {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(400, `Bad Request: parameter ${issue?.path.join('.')} ${issue?.message}`);
}

function textOf(text: string, mode: string | undefined): string {
  if (mode === undefined || mode === '') return text;
  if (mode.toLowerCase() !== 'html') throw new Refusal(400, 'Bad Request: unsupported parse_mode');
  return textOfHtml(text);
}

function requireText(text: string): void {
  if (!text.isWellFormed()) throw new Refusal(400, 'Bad Request: strings must be encoded in UTF-8');
  if (text.trim() === '') throw new Refusal(400, 'Bad Request: message text is empty');
  if (text.length > mostText) throw new Refusal(400, 'Bad Request: message is too long');
}

function buttonsOf(given: z.output<typeof markup>): SeenButton[] {
  return (given?.inline_keyboard ?? []).flat().map(({ text, callback_data: data = '', url }) => {
    const bytes = Buffer.byteLength(data);
    if (url === undefined && (bytes === 0 || bytes > mostButtonData)) {
      throw new Refusal(400, 'Bad Request: BUTTON_DATA_INVALID');
    }
    return { text, data };
  });
}

function messageToEdit(bot: BotState, params: Params): { chat: Conversation; message: SeenMessage } {
  const given = parse(Target, params);
  const chat = reachable(bot, given.chat_id);
  const message = chat.messages.find(({ id }) => id === given.message_id);
  if (message === undefined) throw new Refusal(400, 'Bad Request: message to edit not found');
  return { chat, message };
}

function edit(chat: Conversation, message: SeenMessage, change: Pick<SeenMessage, 'text' | 'buttons'>): object {
  const { text, buttons } = message;
  if (JSON.stringify({ text, buttons }) === JSON.stringify(change)) {
    const what = 'specified new message content and reply markup are exactly the same as a current content';
    throw new Refusal(400, `Bad Request: message is not modified: ${what} and reply markup of the message`);
  }
  const edited = { ...message, ...change, isEdited: true };
  replaceMessage(chat, edited);
  return messageJson(chat, edited);
}
