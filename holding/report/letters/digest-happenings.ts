import type { PastIncident } from '../../health/views/incidents-page.ts';
import { amountOf } from '../../health/views/wording.ts';
import { stateMark } from './digest-now.ts';
import type { DigestPast, DigestView } from './digest-view.ts';
import { html, type Part } from './html.ts';
import { list, section } from './page.ts';
import type { Writing } from './writing.ts';

const mostAlerts = 30;

/** What broke, and for how long. */
export function incidentsSection({ incidents, day, look }: DigestView, writing: Writing): Part {
  const { say } = writing;
  const none =
    day === null || look !== 'fresh'
      ? null
      : html`<p class="note">
          ${say({ en: 'None was seen in the last 24 hours.', nl: 'Geen gezien in de afgelopen 24 uur.' })}
        </p>`;
  const title = say({ en: 'Incidents', nl: 'Storingen' });
  return section(
    title,
    incidents.length === 0 ? none : list(incidents.map((incident) => incidentLine(incident, writing))),
  );
}

function incidentLine(
  { id, name, state, stateWord, reason, from, to, ms, affected }: PastIncident,
  { say, at, lasting }: Writing,
): Part {
  const lasted =
    to === null
      ? html`${stateMark(state, stateWord)}
          <b>${name}</b> ${say({ en: `for ${lasting(ms)} now`, nl: `nu al ${lasting(ms)}` })}`
      : html`<b>${name}</b> ${say({ en: `was down for ${lasting(ms)}`, nl: `had ${lasting(ms)} storing` })}`;
  const when = to === null ? at(from.ms) : html`${at(from.ms)} – ${at(to.ms)}`;
  const others =
    affected.length === 0
      ? null
      : html`<p class="note">${say({ en: 'Had to wait:', nl: 'Moesten wachten:' })} ${affected.join(', ')}</p>`;
  return html`<p>${lasted} <span class="quiet">#${id}</span></p>
    <p>${when}</p>
    <p class="note">${reason}</p>
    ${others}`;
}

/** What the owner was told, and what did not get through. */
export function alertsSection({ day, now, index: { undelivered } }: DigestView, writing: Writing): Part {
  const { say } = writing;
  if (day === null || (day.alerts.length === 0 && undelivered === 0)) return null;
  const noun = {
    one: { en: 'alert is due and did not get through.', nl: 'melding had er moeten zijn en kwam niet aan.' },
    many: { en: 'alerts are due and did not get through.', nl: 'meldingen hadden er moeten zijn en kwamen niet aan.' },
  };
  const more = day.alerts.length - mostAlerts;
  return section(
    say({ en: 'Alerts', nl: 'Meldingen' }),
    undelivered === 0 ? null : html`<p class="warn">${say(amountOf(undelivered, noun))}</p>`,
    list(day.alerts.slice(0, mostAlerts).map((told) => alertLine(told, { writing, now }))),
    more <= 0 ? null : html`<p class="note">${say({ en: `And ${more} more.`, nl: `En nog ${more}.` })}</p>`,
  );
}

function alertLine(
  { alert, deliveries }: DigestPast['alerts'][number],
  { writing: { say, at }, now }: { writing: Writing; now: number },
): Part {
  const by = deliveries.filter(({ deliveredAt }) => deliveredAt !== null).map(({ channel }) => channel);
  const how =
    by.length > 0
      ? say({ en: `told by ${by.join(', ')}`, nl: `gemeld via ${by.join(', ')}` })
      : alert.due > now
        ? say({ en: 'waits for its time', nl: 'wacht op zijn tijd' })
        : say({ en: 'not told yet', nl: 'nog niet gemeld' });
  return html`<p>${at(alert.at)} ${alert.title} <span class="quiet">${how}</span></p>`;
}
