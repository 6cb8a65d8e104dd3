import { h, type Child } from './element.ts';
import { dropCard, overdueCard } from './draw-start.ts';
import { reportFrame } from './frame.ts';
import { kindWords } from './kinds.ts';
import { codeWords } from '#holding/report/envelope/words.ts';
import type { Opened } from '#holding/report/envelope.ts';
import type { OpenedFile, Outcome } from './open-file.ts';
import { copyButton, saveFile } from './press.ts';
import type { Drawn, Reader, Screen } from './reader.ts';
import { drawAsking } from './draw-asking.ts';

/** What came of the files that were opened: one of them, and the others by name. */
export function drawOutcomes(reader: Reader, { outcomes, shown }: Extract<Screen, { kind: 'outcomes' }>): Drawn {
  const { title, text, rest } = drawOne(reader, shown);
  const others = outcomes.length < 2 ? null : otherRows(reader, outcomes, shown);
  return {
    title,
    text,
    rest: [
      overdueCard(reader),
      others,
      rest,
      h('section', h('h2', reader.say({ en: 'Another one', nl: 'Nog een' })), dropCard(reader, false)),
    ],
  };
}

function drawOne(reader: Reader, outcome: Outcome): Drawn {
  if (outcome.kind === 'opened') return drawReport(reader, outcome);
  if (outcome.kind === 'asks') return drawAsking(reader, outcome);
  const { say } = reader;
  return {
    title: say({ en: 'This cannot be opened', nl: 'Dit is niet te openen' }),
    text: outcome.name,
    rest: h('section', { class: 'card bad' }, h('p', h('b', say(outcome.words))), h('p', h('code', outcome.code))),
  };
}

function otherRows({ say, show }: Reader, outcomes: readonly Outcome[], shown: Outcome): Child {
  const rows = outcomes.map((outcome) =>
    h(
      'li',
      h('b', outcome.kind === 'opened' ? `#${outcome.report.meta.seq}` : outcome.name),
      h(
        'span',
        outcome.kind === 'opened'
          ? say(kindWords(outcome.report.meta.kind))
          : outcome.kind === 'asks'
            ? say({ en: 'of an unknown sender', nl: 'van een onbekende afzender' })
            : outcome.code,
      ),
      outcome === shown
        ? h('span', say({ en: 'shown here', nl: 'hier te zien' }))
        : h(
            'button',
            { class: 'plain', click: () => show({ kind: 'outcomes', outcomes, shown: outcome }) },
            say({ en: 'Show', nl: 'Toon' }),
          ),
    ),
  );
  return h('section', h('h2', say({ en: 'These files', nl: 'Deze bestanden' })), h('ul', { class: 'card rows' }, rows));
}

function drawReport(reader: Reader, { report, notices, missing }: OpenedFile): Drawn {
  const { say, date } = reader;
  const { seq, kind, created } = report.meta;
  return {
    title: say({ en: `Report #${seq}`, nl: `Rapport #${seq}` }),
    text: `${say(kindWords(kind))}, ${date(created)}`,
    rest: [
      notices.map(({ code, numbers }) =>
        h(
          'p',
          { class: code === 'E_REPLAY' ? 'card mute' : 'card warn' },
          numbers,
          say(codeWords[code]),
          ' ',
          h('code', code),
        ),
      ),
      receiptCard(reader, report),
      h('section', missing.length > 0 ? missingCard(reader, missing) : bodyOf(reader, report)),
    ],
  };
}

function receiptCard({ say }: Reader, { meta: { seq, to }, receipt }: Opened): Child {
  const command = `/ack ${seq} ${receipt}`;
  const keys = to.length;
  return h(
    'section',
    { class: 'card good' },
    h(
      'p',
      h('b', say({ en: 'Whole, and from the sender you trust.', nl: 'Heel, en van de afzender die je vertrouwt.' })),
    ),
    h(
      'p',
      { class: 'mute' },
      say({
        en: `Sealed for ${keys} ${keys === 1 ? 'key' : 'keys'}. Tell the bot that you could open it:`,
        nl: `Verzegeld voor ${keys} ${keys === 1 ? 'sleutel' : 'sleutels'}. Meld de bot dat je het kon openen:`,
      }),
    ),
    h('div', { class: 'keys' }, h('span', { class: 'code' }, command), copyButton(command, say)),
  );
}

function missingCard({ say }: Reader, missing: readonly number[]): Child {
  return h(
    'p',
    { class: 'card warn' },
    say({
      en: `This report came in parts. Open them all at once; missing: ${missing.join(', ')}.`,
      nl: `Dit rapport kwam in delen. Open ze allemaal tegelijk; dit ontbreekt: ${missing.join(', ')}.`,
    }),
  );
}

function bodyOf({ say }: Reader, { meta: { seq, type, name }, body }: Opened): Child {
  const label = say({ en: `Report #${seq}`, nl: `Rapport #${seq}` });
  if (/^text\/html\b/.test(type)) return reportFrame(new TextDecoder().decode(body), label);
  if (type.startsWith('text/')) return h('pre', { tabindex: '0', 'aria-label': label }, new TextDecoder().decode(body));
  const save = (): void => saveFile(Uint8Array.from(body), name);
  return h('div', { class: 'card' }, h('button', { click: save }, say({ en: `Save ${name}`, nl: `Bewaar ${name}` })));
}
