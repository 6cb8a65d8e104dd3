import type { Translated } from '#lib/language.ts';
import type { IncidentPage, TimelineRow } from '../../health/views.ts';
import { html, type Part } from './html.ts';
import { figures, list, section, sheetOf } from './page.ts';
import type { Written } from './source.ts';
import type { Writing } from './writing.ts';

/** What broke, what was told of it, and how long it took to see it and to end it. */
export function incidentLetter(
  { incident, timeline }: IncidentPage,
  { writing, now }: { readonly writing: Writing; readonly now: number },
): Written {
  const { say, time, lasting } = writing;
  const { id, name, from, to, ms, reason, affected, detectMs } = incident;
  const title =
    to === null
      ? say({ en: `${name} has been down for ${lasting(ms)}`, nl: `${name} heeft al ${lasting(ms)} een storing` })
      : say({ en: `${name} was down for ${lasting(ms)}`, nl: `${name} had ${lasting(ms)} een storing` });
  const page = sheetOf(writing, {
    kicker: say({ en: `Omega · incident ${id} · ${time(from.ms)}`, nl: `Omega · storing ${id} · ${time(from.ms)}` }),
    headline: title,
    tone: to === null ? 'down' : 'plain',
    lead: reason,
    body: [
      figures([
        { what: say({ en: 'Noticed after', nl: 'Opgemerkt na' }), value: detectMs === null ? '–' : lasting(detectMs) },
        to === null
          ? { what: say({ en: 'Goes on for', nl: 'Duurt al' }), value: lasting(ms) }
          : { what: say({ en: 'Over after', nl: 'Voorbij na' }), value: lasting(ms) },
      ]),
      waiting(affected, writing),
      course(timeline, writing),
      to === null ? nextStep(incident.check, writing) : null,
    ],
    foot: say({ en: `As it stood at ${time(now)}.`, nl: `Zoals het ervoor stond op ${time(now)}.` }),
  });
  const tally =
    to === null
      ? say({ en: `1 incident, open for ${lasting(ms)}`, nl: `1 storing, al ${lasting(ms)} open` })
      : say({ en: `1 incident, over after ${lasting(ms)}`, nl: `1 storing, voorbij na ${lasting(ms)}` });
  return { title, tally, page };
}

function waiting(affected: readonly string[], { say }: Writing): Part {
  return section(say({ en: 'Had to wait for it', nl: 'Moest erop wachten' }), list([...affected]));
}

const events: Readonly<Record<TimelineRow['kind'], Translated>> = {
  failing: { en: 'First failing look', nl: 'Eerste mislukte controle' },
  detected: { en: 'Detected', nl: 'Vastgesteld' },
  affected: { en: 'Affected', nl: 'Getroffen' },
  told: { en: 'Told', nl: 'Gemeld' },
  seen: { en: 'Seen by you', nl: 'Door jou gezien' },
  changed: { en: 'Changed', nl: 'Veranderd' },
  ended: { en: 'Ended', nl: 'Voorbij' },
  waiting: { en: 'Not delivered yet', nl: 'Nog niet bezorgd' },
};

/** Each step, and how long after the first failing look it came. */
function course(timeline: readonly TimelineRow[], { say, at, lasting }: Writing): Part {
  const untold = timeline.some(({ kind }) => kind === 'told')
    ? null
    : html`<p class="note">
        ${say({ en: 'No alert is known to have got through.', nl: 'Van geen melding is bekend dat die aankwam.' })}
      </p>`;
  return section(
    say({ en: 'Its course', nl: 'Het verloop' }),
    list(
      timeline.map(
        ({ at: { ms }, afterMs, kind, text }) =>
          html`<p>
              ${at(ms)}
              <b>${say(events[kind])}</b
              >${afterMs < 1000 ? null : html` <span class="quiet">${say({ en: `after ${lasting(afterMs)}`, nl: `na ${lasting(afterMs)}` })}</span>`}
            </p>
            ${text === '' ? null : html`<p class="note">${text}</p>`}`,
      ),
    ),
    untold,
  );
}

function nextStep(check: string, { say }: Writing): Part {
  return section(
    say({ en: 'What you can do', nl: 'Wat je kunt doen' }),
    html`<p>
      <code>npm run doctor</code>
      ${say({ en: 'says what is wrong and how to mend it;', nl: 'zegt wat er mis is en hoe je het herstelt;' })}
      <code>npm run health -- history ${check}</code>
      ${say({ en: 'shows what was seen.', nl: 'laat zien wat er is gezien.' })}
    </p>`,
  );
}
