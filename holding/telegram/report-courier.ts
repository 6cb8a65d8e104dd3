import { z } from 'zod';
import type { Courier, Load, Outcome } from '../report/outbox.ts';
import { BotFault, type BotFile, type BotTransport } from './transport.ts';

/** Where a bot speaks. */
export interface BotPlace {
  readonly transport: BotTransport;
  /** The chat, read anew at each use; null: none is linked yet. */
  readonly chat: () => string | null;
}

const Sent = z.object({ message_id: z.int() });

/** Brings sealed reports as files, which whoever holds the phone can keep and pass on. */
export function createReportCourier({ transport, chat }: BotPlace): Courier {
  return {
    name: 'telegram',
    where: { en: 'in Telegram', nl: 'in Telegram' },
    isReady: () => chat() !== null,
    async carry(load, signal) {
      const to = chat();
      if (to === null) return { kind: 'unreachable', why: 'the bot has no chat' };
      try {
        const answer = await transport.call('sendDocument', documentFor(to, load), { signal });
        const sent = Sent.safeParse(answer);
        if (sent.success) return { kind: 'accepted', reference: String(sent.data.message_id) };
        return { kind: 'unanswered', why: 'Telegram’s answer to sendDocument was not understood' };
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof BotFault) return outcomeOf(error);
        throw error;
      }
    },
  };
}

function documentFor(chat: string, { bytes, fileName, caption, sound }: Load): Readonly<Record<string, unknown>> {
  return {
    chat_id: chat,
    document: { source: bytes, filename: fileName } satisfies BotFile,
    caption,
    disable_notification: !sound,
    disable_content_type_detection: true,
    protect_content: false,
  };
}

function outcomeOf({ kind, message: why, retryAfterMs, migratedTo }: BotFault): Outcome {
  switch (kind) {
    case 'refused':
      return { kind, why: migratedTo === null ? why : 'the chat became a supergroup with a number of its own' };
    case 'unauthorized':
      return { kind: 'stopped', why };
    case 'wait':
      return { kind, ms: retryAfterMs };
    case 'conflict': // Of a poll only: nothing was sent.
    case 'unreachable':
      return { kind: 'unreachable', why };
    case 'unanswered':
      return { kind, why };
    default:
      return kind satisfies never;
  }
}
