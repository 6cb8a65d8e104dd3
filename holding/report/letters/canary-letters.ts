import { html } from './html.ts';
import { section, sheetOf } from './page.ts';
import { letterAgeMs, type LetterSource, type Written } from './source.ts';
import type { Writing } from './writing.ts';

interface CanaryLetters {
  readonly writing: Writing;
  readonly wantsCanary: () => boolean;
}

/** The first letter, by which the owner shows that reports can be opened; more of them are written by hand. */
export function createCanaryLetters({ writing, wantsCanary }: CanaryLetters): LetterSource {
  return {
    kind: 'canary',
    // Before all others: until it was opened nobody knows that they can be.
    due: async (now) => (wantsCanary() ? [{ name: '1', at: now - letterAgeMs }] : []),
    write: async (name, now) => (/^[\w.:-]{1,40}$/.test(name) ? letterOf(writing, now) : null),
  };
}

function letterOf(writing: Writing, now: number): Written {
  const { say, time } = writing;
  const title = say({ en: 'You can open sealed reports', nl: 'Je kunt verzegelde rapporten openen' });
  const page = sheetOf(writing, {
    kicker: say({ en: 'Omega · the first report', nl: 'Omega · het eerste rapport' }),
    headline: title,
    tone: 'plain',
    lead: say({
      en: 'That you read this shows that your key opens what Omega seals.',
      nl: 'Dat je dit leest, bewijst dat jouw sleutel opent wat Omega verzegelt.',
    }),
    body: [todo(writing), coming(writing)],
    foot: say({ en: `Made ${time(now)}.`, nl: `Gemaakt op ${time(now)}.` }),
  });
  return { title, tally: say({ en: 'A first report to open', nl: 'Een eerste rapport om te openen' }), page };
}

function todo({ say }: Writing): ReturnType<typeof section> {
  return section(
    say({ en: 'Tell Omega that it arrived', nl: 'Laat Omega weten dat het is aangekomen' }),
    html`<p>
      ${say({ en: 'Send', nl: 'Stuur' })}
      <code>/ack ${say({ en: 'NUMBER CODE', nl: 'NUMMER CODE' })}</code>
      ${say({ en: 'to the bot. The number and the eight-character code stand beside this report in the reader.', nl: 'naar de bot. Het nummer en de code van acht tekens staan in de lezer bij dit rapport.' })}
    </p>`,
    html`<p class="note">
      ${say({ en: 'Only who opened the report knows that code. Without it Omega knows that a report was delivered, not that you can read it.', nl: 'Alleen wie het rapport opent, kent die code. Zonder de code weet Omega dat een rapport is bezorgd, niet dat je het kunt lezen.' })}
    </p>`,
  );
}

function coming({ say }: Writing): ReturnType<typeof section> {
  return section(
    say({ en: 'What comes from now on', nl: 'Wat er voortaan komt' }),
    html`<ul>
      <li>
        ${say({ en: 'Every morning a report of how it all stands.', nl: 'Elke ochtend een overzicht van hoe alles ervoor staat.' })}
      </li>
      <li>
        ${say({ en: 'Each trend report of a business unit.', nl: 'Elk trendrapport van een bedrijfsonderdeel.' })}
      </li>
      <li>
        ${say({ en: 'A report of each incident that lasted a while.', nl: 'Een verslag van elke storing die even duurde.' })}
      </li>
    </ul>`,
    html`<p class="note">
      ${say({ en: 'Should the morning report stay away, something is wrong: the reader then says that a report is overdue.', nl: 'Blijft het ochtendrapport weg, dan is er iets mis: de lezer zegt dan dat een rapport te laat is.' })}
    </p>`,
  );
}
