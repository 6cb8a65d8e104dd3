import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { BotFault, type BotTransport } from '#holding/telegram/transport.ts';

/** A transport of a bot, and a chat that it may speak in. */
export interface OpenTransport extends AsyncDisposable {
  readonly transport: BotTransport;
  readonly chat: string;
  /** Must stand in no error. */
  readonly token: string;
  /** Through the same server, with a token that Telegram did not give. */
  readonly stranger: BotTransport;
}

export interface TransportSubject {
  readonly name: string;
  readonly open: () => Promise<OpenTransport>;
  /** Why it cannot be looked at here; undefined: it can. */
  readonly skipped?: string | undefined;
}

const Me = z.object({ id: z.int(), is_bot: z.literal(true), username: z.string() });
const Sent = z.object({ message_id: z.int(), chat: z.object({ id: z.int() }) });
const File_ = z.object({ document: z.object({ file_name: z.string(), file_size: z.int(), file_id: z.string() }) });

/** What every transport must do, against a server as it behaves when all is well. */
export function botTransportContract({ name, open, skipped }: TransportSubject): void {
  const signal = new AbortController().signal;
  const faultOf = async (call: Promise<unknown>): Promise<BotFault> => {
    const error: unknown = await call.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(BotFault);
    return error as BotFault;
  };

  describe.skipIf(skipped !== undefined)(
    `the transport ${name}${skipped === undefined ? '' : ` (not looked at: ${skipped})`}`,
    () => {
      test('knows its bot by the number in its token', async () => {
        await using one = await open();
        const me = Me.parse(await one.transport.call('getMe', {}, { signal }));
        expect(one.transport.botId).toBe(String(me.id));
      });

      test('sends a message, edits it and takes it away', async () => {
        await using one = await open();
        const text = '<b>Contract</b> &amp; <code>a &lt; b</code>';
        const style = { parse_mode: 'HTML', disable_notification: true };
        const message = { chat_id: one.chat, text, ...style };
        const sent = Sent.parse(await one.transport.call('sendMessage', message, { signal }));
        expect(String(sent.chat.id)).toBe(one.chat);
        const which = { chat_id: one.chat, message_id: sent.message_id };
        await one.transport.call('editMessageText', { ...which, text: 'Contract, edited' }, { signal });
        expect(await one.transport.call('deleteMessage', which, { signal })).toBe(true);
      });

      test('sends the bytes of a file under its name', async () => {
        await using one = await open();
        const document = { source: new Uint8Array(100_000).map((_, index) => index % 251), filename: 'contract.orp' };
        const payload = { chat_id: one.chat, document, caption: 'Contract', protect_content: false };
        const sent = await one.transport.call('sendDocument', payload, { signal });
        expect(File_.parse(sent).document).toMatchObject({ file_name: 'contract.orp', file_size: 100_000 });
        const { message_id: id } = Sent.parse(sent);
        await one.transport.call('deleteMessage', { chat_id: one.chat, message_id: id }, { signal });
      });

      test('a chat that is none is refused, and the message says nothing of what was to be said there', async () => {
        await using one = await open();
        const payload = { chat_id: '1', text: 'a plaintext canary' };
        const fault = await faultOf(one.transport.call('sendMessage', payload, { signal }));
        expect(fault).toMatchObject({ kind: 'refused', status: 400, retryAfterMs: 0, migratedTo: null });
        expect(fault.message).toContain('chat not found');
        expect(inside(fault)).not.toContain('canary');
      });

      test('what cannot be parsed is refused, and what it quotes is left out', async () => {
        await using one = await open();
        const payload = { chat_id: one.chat, text: '<canary>', parse_mode: 'HTML' };
        const fault = await faultOf(one.transport.call('sendMessage', payload, { signal }));
        expect(fault).toMatchObject({ kind: 'refused', status: 400 });
        expect(fault.message).toContain("can't parse entities");
        expect(inside(fault)).not.toContain('canary');
      });

      test('a token that Telegram did not give is not authorized, and stands nowhere', async () => {
        await using one = await open();
        const fault = await faultOf(one.stranger.call('getMe', {}, { signal }));
        expect(fault).toMatchObject({ kind: 'unauthorized' });
        expect(inside(fault)).not.toMatch(/AAE/);
      });

      test('a long poll ends with the reason of its signal', async () => {
        await using one = await open();
        const stop = new AbortController();
        const polling = one.transport.call('getUpdates', { timeout: 30, offset: -1 }, { signal: stop.signal });
        const reason = new Error('enough');
        setTimeout(() => stop.abort(reason), 500);
        // What came before is answered at once.
        await expect(polling.then(() => one.transport.call('getMe', {}, { signal: stop.signal }))).rejects.toBe(reason);
      });

      test('a poll that takes longer than its time is unanswered', async () => {
        await using one = await open();
        const poll = { timeout: 30, offset: 2_000_000_000 };
        const fault = await faultOf(one.transport.call('getUpdates', poll, { signal, timeoutMs: 1500 }));
        expect(fault).toMatchObject({ kind: 'unanswered', status: null });
      });

      test('nothing is sent once its signal was aborted', async () => {
        await using one = await open();
        const reason = new Error('enough');
        const call = one.transport.call('getMe', {}, { signal: AbortSignal.abort(reason) });
        await expect(call).rejects.toBe(reason);
      });
    },
  );
}

/** All that an error holds, however deep. */
export function inside(error: unknown): string {
  const seen = new Set<unknown>();
  const texts: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return void texts.push(String(value));
    if (seen.has(value)) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) look(Reflect.get(value, key));
  };
  look(error);
  return texts.join('\n');
}
