import type { Conversation } from './conversation.ts';

/** An update as it is handed out. */
export type Update = Readonly<Record<string, unknown>> & { readonly update_id: number };

/** A poll that waits for something to tell. */
export interface WaitingPoll {
  readonly answer: (updates: readonly Update[]) => void;
  readonly conflict: (why: string) => void;
  readonly limit: number;
}

/** All that the server knows of a bot. */
export interface BotState {
  readonly id: number;
  readonly token: string;
  readonly username: string;
  readonly firstName: string;
  isRevoked: boolean;
  webhook: string;
  nextUpdateId: number;
  updates: Update[];
  allowed: ReadonlySet<string> | null;
  waiting: WaitingPoll | null;
  previousPoll: { readonly offset: number; readonly at: number };
  nextConflictAt: number;
  readonly chats: Map<number, Conversation>;
  /** By language; the empty one is for all others. */
  readonly commands: Map<string, readonly { readonly command: string; readonly description: string }[]>;
  readonly files: Map<string, { readonly bytes: Uint8Array; readonly path: string }>;
  /** Open questions of buttons, by their ids. */
  readonly callbacks: Map<string, (answer: { readonly text: string; readonly isAlert: boolean }) => void>;
}

let lastBotId = 700_000_000;

export function newBot({ username = 'omega_of_mine_bot', firstName = 'Omega' } = {}): BotState {
  lastBotId += 1;
  return {
    id: lastBotId,
    token: `${lastBotId}:AAE${crypto.randomUUID().replaceAll('-', '')}`,
    username,
    firstName,
    isRevoked: false,
    webhook: '',
    nextUpdateId: 100_000_000 + Math.floor(Math.random() * 100_000_000),
    updates: [],
    allowed: null,
    waiting: null,
    previousPoll: { offset: -1, at: -Infinity },
    nextConflictAt: -Infinity,
    chats: new Map(),
    commands: new Map(),
    files: new Map(),
    callbacks: new Map(),
  };
}

/** Tells whoever polls; what the bot did not ask for is never told. Returns its number, or null. */
export function addUpdate(bot: BotState, kind: string, content: object): number | null {
  if (bot.allowed !== null && !bot.allowed.has(kind)) return null;
  const id = bot.nextUpdateId;
  bot.nextUpdateId += 1;
  bot.updates.push({ update_id: id, [kind]: content });
  const { waiting } = bot;
  bot.waiting = null;
  waiting?.answer(bot.updates.slice(0, waiting.limit));
  return id;
}

export function meOf({ id, username, firstName }: BotState): object {
  return {
    id,
    is_bot: true,
    first_name: firstName,
    username,
    can_join_groups: true,
    can_read_all_group_messages: false,
  };
}
