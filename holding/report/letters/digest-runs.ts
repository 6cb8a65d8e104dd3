import type { Translated } from '#lib/language.ts';
import type { RunRow } from '../../health/views.ts';
import type { DigestPast, DigestView } from './digest-view.ts';
import { html, type Html, type Part } from './html.ts';
import { section, list } from './page.ts';
import { columnsPlot, ticksBelow } from './plot.ts';
import type { Writing } from './writing.ts';

const mostLate = 10;
const mostTroubles = 10;

/** What ran, what went wrong, and what ran late. */
export function runsSection({ day, index: { jobs } }: DigestView, writing: Writing): Part {
  const { say } = writing;
  if (day === null) return null;
  const overdue = (jobs ?? []).filter((job) => job.overdue);
  const told = overdue.map(({ name }) => name).join(', ');
  return section(
    say({ en: 'Jobs', nl: 'Taken' }),
    overdue.length === 0
      ? null
      : html`<p class="warn">${say({ en: 'No success by its deadline:', nl: 'Niet op tijd gelukt:' })} ${told}</p>`,
    day.runs.jobs.length === 0 ? null : hoursPlot(day, writing),
    jobsTable(day, writing),
    troubles(day, writing),
    late(day, writing),
  );
}

function hoursPlot({ runs: { hours, from, to } }: DigestPast, { say, timezone, language }: Writing): Html {
  const label = say({ en: 'Runs in each hour', nl: 'Taken per uur' });
  const caption = say({
    en: 'Runs in each hour; what went wrong stands on top.',
    nl: 'Taken per uur; wat misging staat bovenop.',
  });
  return html`<figure>
    ${columnsPlot(hours, label)}${ticksBelow({ from, to }, timezone, language)}
    <figcaption>${caption}</figcaption>
  </figure>`;
}

function jobsTable({ runs: { jobs } }: DigestPast, { say, language, lasting }: Writing): Part {
  if (jobs.length === 0) return html`<p class="note">${say({ en: 'No job ran.', nl: 'Er draaide geen taak.' })}</p>`;
  const rows = jobs.map(
    ({ name, runs, troubled, meanMs }) =>
      html`<tr>
        <td>${name}</td>
        <td class="n">${runs.toLocaleString(language)}</td>
        <td class="n">${troubled === 0 ? '–' : html`<span class="word down">${troubled}</span>`}</td>
        <td class="n">${meanMs === null ? '–' : lasting(meanMs)}</td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th>${say({ en: 'job', nl: 'taak' })}</th>
        <th class="n">${say({ en: 'runs', nl: 'keer' })}</th>
        <th class="n">${say({ en: 'trouble', nl: 'mis' })}</th>
        <th class="n">${say({ en: 'on average', nl: 'gemiddeld' })}</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

const outcomes: Readonly<Record<NonNullable<RunRow['outcome']>, Translated>> = {
  done: { en: 'done', nl: 'gelukt' },
  failed: { en: 'failed', nl: 'mislukt' },
  dead: { en: 'given up', nl: 'opgegeven' },
  interrupted: { en: 'interrupted', nl: 'onderbroken' },
  skipped: { en: 'skipped', nl: 'overgeslagen' },
  stale: { en: 'too late', nl: 'te laat' },
  missed: { en: 'missed', nl: 'gemist' },
};

/** What went wrong in the same way stands there once, with how often and when last. */
function troubles({ troubles: all }: DigestPast, { say, at }: Writing): Part {
  const alike = [...Map.groupBy(all, ({ job, outcome, error }) => JSON.stringify([job, outcome, error])).values()];
  if (alike.length === 0) return null;
  const lines = alike.slice(0, mostTroubles).flatMap((ones) => {
    const [last] = ones;
    if (last === undefined) return [];
    const { job, outcome, error } = last;
    const often = say({ en: `${ones.length} times, last`, nl: `${ones.length} keer, het laatst` });
    const when = [ones.length === 1 ? null : html`<span class="quiet">${often}</span> `, at(last.at.ms)];
    const why = error === null ? null : html`<p class="note">${error}</p>`;
    return [
      html`<p><b>${job}</b> ${outcome === null ? null : say(outcomes[outcome])} ${when}</p>
        ${why}`,
    ];
  });
  return html`<h3>${say({ en: 'What went wrong', nl: 'Wat misging' })}</h3>
    ${list(lines)}`;
}

function late({ late: all }: DigestPast, { say, at, lasting }: Writing): Part {
  if (all.length === 0) return null;
  const lines = all
    .slice(0, mostLate)
    .map(
      ({ job, scheduledAt, lateMs }) =>
        html`<p>
          ${at(scheduledAt)} <b>${job}</b> ${say({ en: `${lasting(lateMs)} late`, nl: `${lasting(lateMs)} te laat` })}
        </p>`,
    );
  const more = all.length - mostLate;
  return html`<h3>${say({ en: 'What ran late', nl: 'Wat te laat draaide' })}</h3>
    ${list(lines)}${more <= 0 ? null : html`<p class="note">${say({ en: `And ${more} more.`, nl: `En nog ${more}.` })}</p>`}`;
}
