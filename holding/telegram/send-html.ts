import { textOfHtml } from './split.ts';
import { BotFault, type BotTransport } from './transport.ts';

/** A message, as `sendMessage` takes it; its text is HTML. */
export type HtmlMessage = Readonly<Record<string, unknown>> & { readonly text: string };

/**
 * Sends a message of HTML. One that Telegram cannot read goes as bare text, for it would be refused each time.
 * @throws BotFault where that is not taken either
 */
export async function sendHtml(transport: BotTransport, message: HtmlMessage, signal: AbortSignal): Promise<void> {
  const common = { ...message, link_preview_options: { is_disabled: true } };
  try {
    await transport.call('sendMessage', { ...common, parse_mode: 'HTML' }, { signal });
  } catch (error) {
    if (!(error instanceof BotFault) || error.status !== 400 || error.migratedTo !== null) throw error;
    const { reply_markup: _, ...bare } = { reply_markup: null, ...common }; // They may be what it could not read.
    await transport.call('sendMessage', { ...bare, text: textOfHtml(message.text) }, { signal });
  }
}
