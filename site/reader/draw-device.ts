import { publicKeyText, type DeviceKey } from '#holding/report/envelope.ts';
import { h, type Child } from './element.ts';
import { copyButton } from './press.ts';
import { qrCode } from './qr.ts';
import type { HeldKey } from './device-key.ts';
import type { Reader } from './reader.ts';

/** What Omega needs of this device: its public key. */
export function publicKeyCard({ say }: Reader, { publicKey }: DeviceKey): Child {
  const text = publicKeyText(publicKey);
  return h(
    'div',
    { class: 'card' },
    h(
      'p',
      say({ en: 'The public key, for set-up:', nl: 'De openbare sleutel, voor het inrichten:' }),
      ' ',
      h('code', 'npm run setup'),
    ),
    h('p', h('code', text)),
    h('p', { class: 'keys' }, copyButton(text, say)),
    h(
      'details',
      h('summary', say({ en: 'As a QR code, for another device', nl: 'Als QR-code, voor een ander apparaat' })),
      qrCode(text, say({ en: 'The public key as a QR code', nl: 'De openbare sleutel als QR-code' })),
    ),
  );
}

/** The key and the senders of this device, folded away. */
export function deviceSection(reader: Reader, key: HeldKey): Child {
  const { say, memory } = reader;
  return h(
    'details',
    h('summary', say({ en: 'This device and whom it trusts', nl: 'Dit apparaat en wie het vertrouwt' })),
    memory.reads.length === 0 ? null : publicKeyCard(reader, key),
    memory.trusted.map((sender) =>
      h(
        'div',
        { class: 'card' },
        h('p', say({ en: 'Trusted sender since', nl: 'Vertrouwde afzender sinds' }), ` ${reader.date(sender.since)}`),
        h('p', h('code', sender.key)),
        h(
          'p',
          confirmed(
            say({ en: 'Trust it no more', nl: 'Niet meer vertrouwen' }),
            say({ en: 'Trust it no more?', nl: 'Niet meer vertrouwen?' }),
            () => reader.distrust(sender.key),
          ),
        ),
      ),
    ),
    h(
      'div',
      { class: 'card' },
      h('p', keyWords(reader, key)),
      h(
        'p',
        confirmed(
          say({ en: 'Remove the key from this device', nl: 'Verwijder de sleutel van dit apparaat' }),
          say({
            en: 'Without a copy of the key, all reports are lost. Remove it?',
            nl: 'Zonder kopie van de sleutel ben je alle rapporten kwijt. Verwijderen?',
          }),
          reader.forgetKey,
        ),
      ),
    ),
  );
}

function keyWords({ say, keyLasts }: Reader, { lockedIn }: HeldKey): string {
  if (!keyLasts)
    return say({ en: 'The key is held until this page is closed.', nl: 'De sleutel blijft tot je deze pagina sluit.' });
  return lockedIn
    ? say({
        en: 'The key is locked into this browser: no script can read it out.',
        nl: 'De sleutel zit vast in deze browser: geen script kan hem uitlezen.',
      })
    : say({
        en: 'The key lies open in this browser’s storage: it cannot be locked in here.',
        nl: 'De sleutel ligt open in de opslag van deze browser: vastzetten kan hier niet.',
      });
}

/** What cannot be undone is asked first. */
function confirmed(label: string, question: string, act: () => Promise<void>): HTMLElement {
  return h('button', { class: 'plain', click: () => confirm(question) && act() }, label);
}
