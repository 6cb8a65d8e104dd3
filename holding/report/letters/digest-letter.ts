import type { Translated } from '#lib/language.ts';
import { amountOf, percentage } from '../../health/views/wording.ts';
import { alertsSection, incidentsSection } from './digest-happenings.ts';
import { dayPlot, notUpSection, waitingSection } from './digest-now.ts';
import { memorySection, reportsSection, unitsSection } from './digest-units.ts';
import type { DigestView } from './digest-view.ts';
import { runsSection } from './digest-runs.ts';
import { html, type Html, type Part } from './html.ts';
import { figures, sheetOf, type Tone } from './page.ts';
import type { Written } from './source.ts';
import type { Writing } from './writing.ts';

/** How it all stands, and what the last 24 hours brought. */
export function digestLetter(view: DigestView, writing: Writing): Written {
  const { say } = writing;
  const { tone, headline, lead } = stateOf(view, writing);
  const page = sheetOf(writing, {
    kicker: say({
      en: `Omega · morning report · ${writing.day(view.now)}`,
      nl: `Omega · ochtendrapport · ${writing.day(view.now)}`,
    }),
    headline,
    tone,
    lead,
    body: [
      warning(view, writing),
      numbers(view, writing),
      waitingSection(view, writing),
      dayPlot(view, writing),
      notUpSection(view, writing),
      incidentsSection(view, writing),
      alertsSection(view, writing),
      runsSection(view, writing),
      unitsSection(view, writing),
      reportsSection(view, writing),
      memorySection(view, writing),
    ],
    foot: footOf(view, writing),
  });
  const title = say({ en: `Morning report: ${headline}`, nl: `Ochtendrapport: ${headline}` });
  return { title, tally: tallyOf(view, writing), page };
}

/** Only a fresh look says how it stands: without one that is not known, whatever was last seen. */
function stateOf({ look, index }: DigestView, { say }: Writing): { tone: Tone; headline: string; lead: Part } {
  const { state, stateWord, headline, summary } = index.overall;
  if (look === 'fresh')
    return { tone: state, headline: state === 'unknown' ? `${stateWord}: ${headline}` : headline, lead: summary };
  if (look !== 'none') return { tone: 'unknown', headline: `${stateWord}: ${headline}`, lead: summary };
  return {
    tone: 'unknown',
    headline: say({ en: 'Unknown: nothing says how it stands', nl: 'Onbekend: niets zegt hoe alles ervoor staat' }),
    lead: say({
      en: 'There is no snapshot that can be read, so nobody can say what is up and what is not.',
      nl: 'Er is geen leesbare momentopname, dus niemand kan zeggen wat het doet en wat niet.',
    }),
  };
}

function warning({ look, index, day }: DigestView, { say, time }: Writing): Part {
  const seen = time(index.generatedAt.ms);
  return [
    look === 'stale' || look === 'future'
      ? html`<p class="warn">
          ${say({
            en: `The heartbeat does not tell how it stands now. What is said of the present below is as last seen, at ${seen}.`,
            nl: `De hartslag vertelt niet hoe het er nu voor staat. Wat hieronder over nu staat, is zoals laatst gezien, op ${seen}.`,
          })} <code>npm run doctor</code>
        </p>`
      : null,
    look === 'none'
      ? html`<p class="warn">
          ${say({ en: 'See what is wrong with', nl: 'Kijk wat er mis is met' })} <code>npm run doctor</code>
        </p>`
      : null,
    day === null
      ? html`<p class="warn">
          ${say({
            en: 'The records of the past cannot be read, so uptime, alerts and runs are not known.',
            nl: 'De gegevens van vroeger zijn niet te lezen, dus beschikbaarheid, meldingen en taken zijn niet bekend.',
          })} <code>npm run health -- verify</code>
        </p>`
      : null,
  ];
}

function numbers(view: DigestView, { say, language }: Writing): Html {
  const { day, incidents, reports } = view;
  const runs = day?.runs.jobs.reduce((sum, job) => sum + job.runs, 0);
  return figures([
    {
      what: say({ en: 'Up, 24 hours', nl: 'In orde, 24 uur' }),
      value: upWords(view.look === 'fresh' ? (day?.uptime ?? null) : null),
    },
    { what: say({ en: 'Incidents', nl: 'Storingen' }), value: isKnown(view) ? String(incidents.length) : '–' },
    {
      what: say({ en: 'Job runs', nl: 'Taken gedraaid' }),
      value: runs === undefined ? '–' : runs.toLocaleString(language),
    },
    { what: say({ en: 'Reports', nl: 'Rapporten' }), value: reports === null ? '–' : String(reports.length) },
  ]);

  function upWords(share: number | null): string {
    return share === null ? '–' : `${percentage(share, language)} %`;
  }
}

function footOf({ index: { host }, window: { from, to } }: DigestView, { say, time, timezone }: Writing): Html {
  const machine = host.name === '' ? null : `${host.name}, Omega ${host.version}.`;
  const made = say({
    en: `From ${time(from)} to ${time(to)}, times in ${timezone}.`,
    nl: `Van ${time(from)} tot ${time(to)}, tijden in ${timezone}.`,
  });
  return html`${machine} ${made}`;
}

const incidentNoun = { one: { en: 'incident', nl: 'storing' }, many: { en: 'incidents', nl: 'storingen' } };

/** While nobody looked, that none was seen says nothing. */
function isKnown({ look, day, incidents }: DigestView): boolean {
  return day !== null && (look === 'fresh' || incidents.length > 0);
}

/** What anyone on the way may read: the state in a word, and a count. */
function tallyOf(view: DigestView, { say }: Writing): string {
  const { look, index, incidents } = view;
  const state = say(tallyWords[look === 'fresh' ? index.overall.state : 'unknown']);
  const count = isKnown(view)
    ? amountOf(incidents.length, incidentNoun)
    : { en: 'incidents not known', nl: 'storingen niet bekend' };
  return `${state}, ${say(count)}`;
}

const tallyWords: Readonly<Record<DigestView['index']['overall']['state'], Translated>> = {
  up: { en: 'All well', nl: 'Alles goed' },
  degraded: { en: 'Something needs a look', nl: 'Iets vraagt aandacht' },
  down: { en: 'Something is down', nl: 'Er is een storing' },
  unknown: { en: 'State unknown', nl: 'Toestand onbekend' },
};
