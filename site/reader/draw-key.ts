import { h, type Child } from './element.ts';
import { chooseButton, copyButton, saveFile } from './press.ts';
import type { Drawn, Reader } from './reader.ts';

/** Before there is a key: make one, or bring one along. */
export function drawKeyless(reader: Reader): Drawn {
  const { say } = reader;
  const keep = h('input', { type: 'checkbox' });
  keep.checked = reader.served;
  return {
    title: say({ en: 'This device has no key yet', nl: 'Dit apparaat heeft nog geen sleutel' }),
    text: say({
      en: 'Reports are sealed for keys that you alone hold. The secret half stays here; Omega gets the public half.',
      nl: 'Rapporten worden verzegeld voor sleutels die jij alleen hebt. De geheime helft blijft hier; Omega krijgt de openbare helft.',
    }),
    rest: [makeCard(reader, () => keep.checked), takeCard(reader, () => keep.checked), keepCard(reader, keep)],
  };
}

function makeCard({ say, makeKey }: Reader, kept: () => boolean): Child {
  const make = h(
    'button',
    { class: 'first', click: () => makeKey(kept()) },
    say({ en: 'Make a key', nl: 'Maak een sleutel' }),
  );
  return h('section', h('h2', say({ en: 'New here', nl: 'Nieuw hier' })), h('div', { class: 'card' }, make));
}

function takeCard({ say, takeKey }: Reader, kept: () => boolean): Child {
  const title = say({ en: 'You have a key already', nl: 'Je hebt al een sleutel' });
  const field = h('input', {
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'omega-rsk1-…',
    'aria-label': say({ en: 'Secret key', nl: 'Geheime sleutel' }),
  });
  const fault = h('p', { role: 'alert' });
  const take = async (text: string): Promise<void> => {
    fault.textContent = await takeKey(text, kept());
  };
  const form = h(
    'form',
    { class: 'keys' },
    field,
    h('button', say({ en: 'Use it', nl: 'Gebruik deze' })),
    chooseButton(say({ en: 'Choose its file', nl: 'Kies het bestand' }), '', ([file]) => void file?.text().then(take)),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void take(field.value);
  });
  return h('section', h('h2', title), h('div', { class: 'card' }, form, fault));
}

/** Only a page with an address of its own has a store of its own. */
function keepCard({ say, served, store }: Reader, keep: HTMLElement): Child {
  if (!store.lasts) {
    return h(
      'p',
      { class: 'card warn' },
      say({
        en: 'This browser keeps nothing here: save your key as a file, and choose it at each visit.',
        nl: 'Deze browser bewaart hier niets: bewaar je sleutel als bestand en kies het bij elk bezoek.',
      }),
    );
  }
  if (served) return null;
  return h(
    'div',
    { class: 'card' },
    h('p', h('label', keep, say({ en: 'Keep the key in this browser', nl: 'Bewaar de sleutel in deze browser' }))),
    h(
      'p',
      { class: 'mute' },
      say({
        en: 'Other pages from a disk may then be able to use it. Without this, choose its file at each visit.',
        nl: 'Andere pagina’s van een schijf kunnen hem dan misschien gebruiken. Zonder dit kies je bij elk bezoek het bestand.',
      }),
    ),
  );
}

/** A key was made: its text is there this once. */
export function drawMade({ say, show }: Reader, secret: string): Drawn {
  return {
    title: say({ en: 'Save your key now', nl: 'Bewaar nu je sleutel' }),
    text: say({
      en: 'It is shown this once. Without a copy, a lost or cleared device takes every report with it, for good.',
      nl: 'Je ziet hem alleen nu. Zonder kopie ben je met dit apparaat, of zodra het gewist wordt, alle rapporten voorgoed kwijt.',
    }),
    rest: [
      h(
        'section',
        { class: 'card' },
        h(
          'p',
          { class: 'keys' },
          h(
            'button',
            { class: 'first', click: () => saveFile(`${secret}\n`, 'omega-reader.key') },
            say({ en: 'Save as a file', nl: 'Bewaar als bestand' }),
          ),
          copyButton(secret, say),
        ),
        h(
          'p',
          { class: 'mute' },
          say({
            en: 'Whoever has it can read your reports: keep it where your passwords are.',
            nl: 'Wie hem heeft, kan je rapporten lezen: bewaar hem waar je wachtwoorden staan.',
          }),
        ),
        h('details', h('summary', say({ en: 'Show it', nl: 'Toon hem' })), h('code', secret)),
      ),
      h('button', { click: () => show({ kind: 'start' }) }, say({ en: 'I saved it', nl: 'Ik heb hem bewaard' })),
    ],
  };
}
