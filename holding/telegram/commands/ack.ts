import { z } from 'zod';
import type { Translated } from '#lib/language.ts';
import type { Acknowledgement } from '../../report/outbox.ts';
import type { Command } from '../command.ts';
import type { Perform } from '../needs.ts';

const Result = z.object({ ack: z.string() });

/** Notes that a report was opened, by the code that only its reader shows. */
export function ackCommand({ perform }: { readonly perform: Perform }): Command {
  return {
    name: 'ack',
    usage: 'SEQ CODE',
    summary: { en: 'Say that you opened a report', nl: 'Meld dat je een rapport hebt geopend' },
    isDeed: true,
    run: async ({ words, id, signal, say }) => {
      const [number = '', ...codes] = words;
      const code = codes.join('');
      if (!/^#?\d{1,12}$/.test(number) || !/^[A-Za-z2-7]{8}$/.test(code)) return { html: say(use) };
      const seq = Number(number.replace('#', ''));
      const end = await perform('report-send', { do: 'ack', seq, code }, { id, signal });
      if (end.state === 'open' || end.state === 'left') return { html: say(passedOn) };
      const ack = end.state === 'done' ? Result.safeParse(end.result).data?.ack : undefined;
      const words_ = Object.entries(answers(seq)).find(([key]) => key === ack)?.[1];
      return { html: say(words_ ?? failed) };
    },
  };
}

function answers(seq: number): Record<Acknowledgement, Translated> {
  return {
    acknowledged: { en: `✅ Report #${seq} is opened.`, nl: `✅ Rapport #${seq} is geopend.` },
    already: { en: `Report #${seq} was opened before.`, nl: `Rapport #${seq} was al geopend.` },
    'wrong-code': {
      en: `That is not the code of report #${seq}. The reader shows it under the report.`,
      nl: `Dat is niet de code van rapport #${seq}. De lezer toont hem onder het rapport.`,
    },
    'too-many-tries': {
      en: `Wrong too often for report #${seq}: try again in an hour.`,
      nl: `Te vaak fout voor rapport #${seq}: probeer het over een uur opnieuw.`,
    },
    'no-report': { en: `There is no report #${seq}.`, nl: `Er is geen rapport #${seq}.` },
  };
}

const use = {
  en: 'Write /ack with the number of the report and the eight letters that the reader shows: /ack 42 ABCD2345',
  nl: 'Schrijf /ack met het nummer van het rapport en de acht tekens die de lezer toont: /ack 42 ABCD2345',
};
const passedOn = {
  en: 'It is passed on; the worker has not noted it yet.',
  nl: 'Het is doorgegeven; de worker heeft het nog niet genoteerd.',
};
const failed = {
  en: '❌ It could not be noted: <code>npm run jobs -- history report-send</code>',
  nl: '❌ Het kon niet worden genoteerd: <code>npm run jobs -- history report-send</code>',
};
