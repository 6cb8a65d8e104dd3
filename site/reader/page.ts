import { sayIn } from '#lib/language.ts';
import { h } from './element.ts';
import type { Drawn, Reader } from './reader.ts';

/** Draws the whole page. */
export function drawPage(reader: Reader, { title, text, rest }: Drawn): void {
  const { say, language, served } = reader;
  document.documentElement.lang = language;
  document.title = `${title} · Omega`;
  const other = language === 'en' ? 'nl' : 'en';
  const name = sayIn(other)({ en: 'English', nl: 'Nederlands' });
  document.body.replaceChildren(
    h(
      'header',
      h(
        'p',
        h('b', h('a', { href: '#', click: () => reader.show({ kind: 'start' }) }, 'Ω Omega')),
        ` ${say({ en: 'reader', nl: 'lezer' })}`,
      ),
      h(
        'p',
        served ? h('a', { href: '/reports/' }, say({ en: 'Reports', nl: 'Rapporten' })) : null,
        h('button', { class: 'plain', lang: other, click: () => reader.speak(other) }, name),
      ),
    ),
    h('main', h('div', { class: 'hero' }, h('h1', { tabindex: '-1' }, title), h('p', text)), rest),
    h(
      'footer',
      h(
        'p',
        say(
          served
            ? {
                en: 'Reports are opened on this device; neither they nor the key leave it.',
                nl: 'Rapporten worden op dit apparaat geopend; ze blijven hier, net als de sleutel.',
              }
            : { en: 'One file, which asks nothing of anybody.', nl: 'Eén bestand, dat niemand iets vraagt.' },
        ),
      ),
      served
        ? h(
            'p',
            h(
              'a',
              { href: 'reader.html' },
              say({ en: 'Keep this reader as one file', nl: 'Bewaar deze lezer als één bestand' }),
            ),
            ' · ',
            h('a', { href: 'reader.sha256' }, 'SHA-256'),
          )
        : null,
    ),
  );
}
