import { overdue } from '#holding/report/envelope/sequence.ts';
import { codeWords } from '#holding/report/envelope/words.ts';
import { h, type Child } from './element.ts';
import type { HeldKey } from './device-key.ts';
import { deviceSection, publicKeyCard } from './draw-device.ts';
import { kindWords } from './kinds.ts';
import { chooseButton } from './press.ts';
import type { Drawn, Reader } from './reader.ts';

/** With a key, and nothing open: choose a report, or look at those that were opened. */
export function drawStart(reader: Reader, key: HeldKey): Drawn {
  const { say, memory } = reader;
  const isNew = memory.reads.length === 0;
  return {
    title: say({ en: 'Open a report', nl: 'Open een rapport' }),
    text: isNew
      ? say({
          en: 'None was opened here yet. First give Omega the public key below.',
          nl: 'Er is hier nog geen geopend. Geef Omega eerst de openbare sleutel hieronder.',
        })
      : say({
          en: 'Choose one that Omega sent, or drop it anywhere on this page.',
          nl: 'Kies er een dat Omega stuurde, of laat het ergens op deze pagina los.',
        }),
    rest: [
      overdueCard(reader),
      h('section', dropCard(reader, true)),
      isNew ? h('section', publicKeyCard(reader, key)) : readList(reader),
      deviceSection(reader, key),
    ],
  };
}

/** Silence is noticed too. */
export function overdueCard({ say, memory, date }: Reader): Child {
  const late = overdue(memory.sequence, Date.now());
  return late
    .filter(({ sender }) => memory.trusted.some(({ key }) => key === sender))
    .map(({ seq, nextBy }) =>
      h(
        'p',
        { class: 'card warn' },
        say({
          en: `The last one, #${seq}, promised the next by ${date(nextBy)}.`,
          nl: `Het laatste, #${seq}, beloofde het volgende vóór ${date(nextBy)}.`,
        }),
        ' ',
        say(codeWords.E_OVERDUE),
        ' ',
        h('code', 'E_OVERDUE'),
      ),
    );
}

/** Where files are chosen; they may be dropped anywhere. */
export function dropCard({ say, openFiles }: Reader, first: boolean): Child {
  const choose = chooseButton(say({ en: 'Choose files', nl: 'Kies bestanden' }), first ? 'first' : '', openFiles);
  return h(
    'div',
    { class: 'card keys drop' },
    choose,
    h(
      'span',
      { class: 'mute' },
      say({ en: 'whose names end in .orp, or drop them here', nl: 'die eindigen op .orp, of laat ze hier los' }),
    ),
  );
}

function readList({ say, memory, served, date }: Reader): Child {
  const rows = memory.reads.map(({ seq, kind, created, receipt }) =>
    h(
      'li',
      h(
        'span',
        served ? h('a', { href: `#${seq}` }, h('b', `#${seq}`)) : h('b', `#${seq}`),
        ` ${say(kindWords(kind))}, ${date(created)}`,
      ),
      h('code', `/ack ${seq} ${receipt}`),
    ),
  );
  return h(
    'section',
    h('h2', say({ en: 'Opened on this device', nl: 'Geopend op dit apparaat' })),
    h('ul', { class: 'card rows' }, rows),
  );
}
