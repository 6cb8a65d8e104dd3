import { z } from 'zod';
import { clockworkIn } from '../health/alerts/clockwork.ts';
import type { Records } from './answers.ts';
import type { Asked, Reply } from './command.ts';
import type { Perform } from './needs.ts';

/** Does what a button of an alert asks for; null: it is none of theirs. */
export type AlertPress = (data: string, asked: Asked) => Promise<Reply | null>;

const Quiet = z.object({ until: z.number() });
const spans = { '1h': 'hour', morning: 'morning' } as const;

/** The buttons are those of `alert-channel.ts`. */
export function alertPresses({
  perform,
  timezone,
  language,
}: Pick<Records, 'timezone' | 'language'> & { readonly perform: Perform }): AlertPress {
  return async (data, { id, signal, say, now }) => {
    const [, what, about = ''] = /^a:(seen|1h|morning):(.{1,60})$/.exec(data) ?? [];
    const at = (time: number): string => clockworkIn(timezone, language).at(time, now);
    if (what === 'seen') {
      const alert = Number(about);
      const { state } = await perform('bot-command', { do: 'seen', alert }, { id, signal });
      return {
        html: say(state === 'failed' ? failed : { en: `👁 Seen at ${at(now)}.`, nl: `👁 Gezien om ${at(now)}.` }),
      };
    }
    if (what !== '1h' && what !== 'morning') return null;
    const end = await perform('bot-command', { do: 'quiet', check: about, span: spans[what] }, { id, signal });
    if (end.state === 'failed') return { html: say(failed) };
    const until = end.state === 'done' ? Quiet.safeParse(end.result).data?.until : undefined;
    if (until === undefined) return { html: say(passedOn) };
    const [to, check] = [at(until), about.replaceAll(/[^\w.-]/g, '')];
    const back = `<code>npm run health -- resume ${check}</code>`;
    return {
      html: say({
        en: `🔕 ${check} is quiet until ${to}. Back sooner: ${back}`,
        nl: `🔕 ${check} is stil tot ${to}. Eerder terug: ${back}`,
      }),
    };
  };
}

const failed = {
  en: '❌ That failed: <code>npm run jobs -- history bot-command</code>',
  nl: '❌ Dat is mislukt: <code>npm run jobs -- history bot-command</code>',
};
const passedOn = {
  en: 'It is passed on; the worker has not done it yet.',
  nl: 'Het is doorgegeven; de worker heeft het nog niet gedaan.',
};
