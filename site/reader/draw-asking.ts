import { fingerprint } from '#holding/report/envelope.ts';
import { h } from './element.ts';
import { senderText, type AskingFile } from './open-file.ts';
import type { Drawn, Reader } from './reader.ts';

/** A report of a sender that this device does not know: the owner compares, and decides. */
export function drawAsking({ say, memory, trust, show }: Reader, { sender }: AskingFile): Drawn {
  const first = memory.trusted.length === 0;
  return {
    title: first
      ? say({ en: 'Is this your Omega?', nl: 'Is dit jouw Omega?' })
      : say({ en: 'Another sender than until now', nl: 'Een andere afzender dan tot nu toe' }),
    text: first
      ? say({
          en: 'The first report: compare its sender once, and this device knows it from then on.',
          nl: 'Het eerste rapport: vergelijk de afzender één keer, en dit apparaat kent hem voortaan.',
        })
      : say({
          en: 'If you did not change Omega’s keys, somebody else made this report.',
          nl: 'Heb je Omega’s sleutels niet veranderd, dan is dit rapport door een ander gemaakt.',
        }),
    rest: h(
      'section',
      { class: `card ${first ? 'warn' : 'bad'}` },
      h(
        'p',
        h('b', say({ en: 'On the machine, this must say the same:', nl: 'Op de machine moet dit hetzelfde tonen:' })),
        ' ',
        h('code', 'npm run reports -- keys list'),
      ),
      h('p', { class: 'code' }, fingerprint(sender)),
      h('p', h('code', senderText(sender))),
      h(
        'p',
        { class: 'keys' },
        h(
          'button',
          { class: first ? 'first' : '', click: () => trust(sender) },
          say({ en: 'It is the same', nl: 'Het is hetzelfde' }),
        ),
        h(
          'button',
          { click: () => show({ kind: 'start' }) },
          say({ en: 'It differs: leave it closed', nl: 'Het verschilt: laat dicht' }),
        ),
      ),
    ),
  };
}
