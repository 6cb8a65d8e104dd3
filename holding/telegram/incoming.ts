import { z } from 'zod';

const Person = z.object({ id: z.int() });
const Chat = z.object({ id: z.int(), type: z.string() });

/** Stands only where somebody else wrote it. */
const Another = z.undefined().optional();

/** What is read of an update; edited messages, those of others that were passed on, and all else are none of it. */
const Update = z.object({
  message: z
    .object({ from: Person, chat: Chat, date: z.number(), text: z.string(), forward_origin: Another, via_bot: Another })
    .optional(),
  callback_query: z
    .object({
      id: z.string(),
      from: Person,
      message: z.object({ message_id: z.int(), chat: Chat }),
      data: z.string(),
    })
    .optional(),
});

/** A message or a press on a button, by somebody in a chat. */
export type Incoming = Said | Pressed;

interface Source {
  /** Ids as texts, as chats are configured. */
  readonly from: string;
  readonly chat: string;
  readonly isPrivate: boolean;
}

export interface Said extends Source {
  readonly kind: 'said';
  /** When it was written; milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

export interface Pressed extends Source {
  readonly kind: 'pressed';
  /** Of the press, to answer it by. */
  readonly query: string;
  /** Of the message with the button. */
  readonly message: number;
  readonly data: string;
}

/** Null: nothing that a bot answers to. */
export function readIncoming(update: unknown): Incoming | null {
  const { message, callback_query: press } = Update.safeParse(update).data ?? {};
  if (message !== undefined) {
    const { text, date } = message;
    return { kind: 'said', ...sourceOf(message.from, message.chat), at: date * 1000, text: text.trim() };
  }
  if (press === undefined) return null;
  const { id: query, data } = press;
  return {
    kind: 'pressed',
    ...sourceOf(press.from, press.message.chat),
    query,
    message: press.message.message_id,
    data,
  };
}

function sourceOf(from: z.infer<typeof Person>, chat: z.infer<typeof Chat>): Source {
  return { from: String(from.id), chat: String(chat.id), isPrivate: chat.type === 'private' };
}
