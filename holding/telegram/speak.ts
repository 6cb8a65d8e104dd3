import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import type { Reply } from './command.ts';
import { sendHtml } from './send-html.ts';
import { splitMessage } from './split.ts';
import { BotFault, type BotTransport } from './transport.ts';

/** What a bot can say in a chat. What Telegram refuses is refused each time: it is logged, and not tried again. */
export interface Voice {
  readonly say: (reply: Reply, chat: string, signal: AbortSignal) => Promise<void>;
  /** Ends the waiting of a button that was pressed, if anything waits yet. */
  readonly heard: (query: string, signal: AbortSignal) => Promise<void>;
  /** Takes the buttons off a message. Resolves to whether there were any yet. */
  readonly takeButtons: (message: { chat: string; message: number }, signal: AbortSignal) => Promise<boolean>;
}

export function createVoice({ transport, log }: { readonly transport: BotTransport; readonly log: Log }): Voice {
  const unlessRefused = async (method: string, calling: Promise<unknown>): Promise<boolean> => {
    try {
      await calling;
      return true;
    } catch (error) {
      if (!(error instanceof BotFault) || error.kind !== 'refused') throw error;
      log.info('Telegram refused what the bot said', { method, error: messageOf(error) });
      return false;
    }
  };
  const call = (method: string, payload: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<boolean> =>
    unlessRefused(method, transport.call(method, payload, { signal }));
  return {
    async say({ html, buttons = [] }, chat, signal) {
      const parts = splitMessage(html);
      for (const [index, text] of parts.entries()) {
        const isLast = index === parts.length - 1;
        const markup = isLast && buttons.length > 0 ? { reply_markup: { inline_keyboard: [buttons] } } : {};
        await unlessRefused('sendMessage', sendHtml(transport, { chat_id: chat, text, ...markup }, signal));
      }
    },
    async heard(query, signal) {
      await call('answerCallbackQuery', { callback_query_id: query }, signal);
    },
    takeButtons: ({ chat, message }, signal) => {
      const bare = { chat_id: chat, message_id: message, reply_markup: { inline_keyboard: [] } };
      return call('editMessageReplyMarkup', bare, signal);
    },
  };
}
