import type { Say } from '#lib/language.ts';
import type { Channel } from '../health/alerts/deliver.ts';
import { messageOf } from '../health/alerts/message.ts';
import type { Alert } from '../health/store/alerts.ts';
import type { BotPlace } from './report-courier.ts';
import { sendHtml } from './send-html.ts';
import { escapeHtml, splitMessage } from './split.ts';

/** A button under a message; what it says when pressed is read in `alert-press.ts`. */
interface Button {
  readonly text: string;
  readonly callback_data: string;
}

/** As many bytes as Telegram brings back of a button. */
const mostData = 64;
const mostMessages = 5;
/** What asks for nothing: it tells that something is over. */
const ends = new Set<Alert['kind']>(['ended', 'settled', 'gap']);

/** Tells in a chat, what comes together in one message where it fits; a single alert has buttons. */
export function createAlertChannel({ transport, chat, say }: BotPlace & { readonly say: Say }): Channel {
  return {
    name: 'telegram',
    where: { en: 'in Telegram', nl: 'in Telegram' },
    async deliver(alerts, signal) {
      signal.throwIfAborted();
      const to = chat();
      if (to === null) throw new Error('the bot has no chat: npm run telegram -- link');
      const { title, text, sound } = messageOf(alerts, say);
      const html = [`<b>${escapeHtml(title)}</b>`, escapeHtml(text)].filter((part) => part !== '').join('\n\n');
      const parts = shortened(splitMessage(html), say);
      const buttons = to.startsWith('-') ? [] : buttonsFor(alerts, say); // In a group nobody may press them.
      for (const [index, part] of parts.entries()) {
        const isLast = index === parts.length - 1;
        const message = {
          chat_id: to,
          text: part,
          disable_notification: !sound || index > 0, // One noise is enough.
          ...(isLast && buttons.length > 0 ? { reply_markup: { inline_keyboard: buttons } } : {}),
        };
        await sendHtml(transport, message, signal);
      }
    },
  };
}

/** Hundreds at a second each would take longer than a delivery may, and begin anew each time. */
function shortened(parts: readonly string[], say: Say): readonly string[] {
  if (parts.length <= mostMessages) return parts;
  return [...parts.slice(0, mostMessages - 1), say(theRest)];
}

const theRest = {
  en: '… and more: all of it is on the page and in the export folder.',
  nl: '… en meer: alles staat op de pagina en in de exportmap.',
};

/** `a:seen:<alert>`, `a:1h:<check>` and `a:morning:<check>`. */
function buttonsFor(alerts: readonly Alert[], say: Say): readonly (readonly Button[])[] {
  const [alert, ...others] = alerts;
  if (alert === undefined || others.length > 0 || ends.has(alert.kind)) return [];
  const { id, check } = alert;
  const seen = { text: say({ en: 'Seen', nl: 'Gezien' }), callback_data: `a:seen:${id}` };
  if (check === null) return [[seen]];
  const quiet = [
    { text: say({ en: 'Quiet for an hour', nl: 'Uur stil' }), callback_data: `a:1h:${check}` },
    { text: say({ en: 'Quiet until the morning', nl: 'Stil tot de ochtend' }), callback_data: `a:morning:${check}` },
  ].filter(({ callback_data: data }) => Buffer.byteLength(data) <= mostData);
  return [[seen], ...quiet.map((button) => [button])];
}
