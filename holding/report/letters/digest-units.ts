import type { Translated } from '#lib/language.ts';
import type { UnitRow } from '../../health/views.ts';
import { amountOf, recordNoun } from '../../health/views/wording.ts';
import type { DigestView } from './digest-view.ts';
import { html, type Part } from './html.ts';
import { list, section } from './page.ts';
import { shareBar } from './plot.ts';
import type { Writing } from './writing.ts';

const mandates: Readonly<Record<UnitRow['mandate'], Translated>> = {
  ok: { en: 'in force', nl: 'geldig' },
  expiring: { en: 'ends soon', nl: 'loopt binnenkort af' },
  expired: { en: 'expired', nl: 'verlopen' },
  unapproved: { en: 'not approved', nl: 'niet goedgekeurd' },
  invalid: { en: 'faulty', nl: 'onjuist' },
  missing: { en: 'missing', nl: 'ontbreekt' },
};

/** How each business unit stands with what its mandate gives it. */
export function unitsSection({ index: { units } }: DigestView, writing: Writing): Part {
  const { say } = writing;
  const title = say({ en: 'Business units', nl: 'Bedrijfsonderdelen' });
  if (units === null) return section(title, unknown(writing));
  return section(title, list(units.map((unit) => unitLine(unit, writing))));
}

function unitLine({ name, mandate, budgets }: UnitRow, { say, language }: Writing): Part {
  const tone = mandate === 'ok' ? 'up' : mandate === 'expiring' ? 'degraded' : 'down';
  const number = new Intl.NumberFormat(language);
  return html`<p>
      <b>${name}</b> <span class="quiet">${say({ en: 'mandate', nl: 'mandaat' })}</span>
      <span class="word ${tone}">${say(mandates[mandate])}</span>
    </p>
    ${budgets.map(
      ({ what, used, limit, share }) =>
        html`<div class="budget">
          <p class="note">${what}: ${number.format(used)} ${say({ en: 'of', nl: 'van' })} ${number.format(limit)}</p>
          ${shareBar(share, share >= 0.8 ? 'spent' : 'now')}
        </div>`,
    )}`;
}

/** Which reports the units made; what stands in them came by its own letter. */
export function reportsSection({ reports }: DigestView, writing: Writing): Part {
  const { say, at } = writing;
  const title = say({ en: 'Reports made', nl: 'Gemaakte rapporten' });
  if (reports === null) return section(title, unknown(writing));
  return section(
    title,
    list(
      reports.map(
        ({ unit, title: name, at: ms, fault }) =>
          html`<p>${at(ms)} ${name} <span class="quiet">${unit}</span></p>
            ${fault === null ? null : html`<p class="note">${say({ en: 'Its file cannot be read.', nl: 'Het bestand is niet te lezen.' })}</p>`}`,
      ),
    ),
  );
}

/** How much is remembered. */
export function memorySection({ index: { memory } }: DigestView, writing: Writing): Part {
  const { say } = writing;
  const title = say({ en: 'Memory', nl: 'Geheugen' });
  if (memory === null) return section(title, unknown(writing));
  const records = amountOf(memory.total, recordNoun);
  const told = say({
    en: `${records.en}, ${memory.newThisWeek} new this week.`,
    nl: `${records.nl}, ${memory.newThisWeek} nieuw deze week.`,
  });
  return section(title, html`<p>${told}</p>`);
}

function unknown({ say }: Writing): Part {
  return html`<p class="note">
    ${say({ en: 'Nothing is known of it: it could not be asked.', nl: 'Er is niets over bekend: het was niet te bevragen.' })}
  </p>`;
}
