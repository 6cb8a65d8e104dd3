import type { Words } from '#lib/language.ts';
import { amountOf } from '../../health/views/wording.ts';
import { renderReport } from '../trend/render.ts';
import type { Claim, Counts, Report } from '../trend/report.ts';
import { html, type Part } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { section, sheetOf } from './page.ts';
import { shareBar } from './plot.ts';
import type { Written } from './source.ts';
import type { Writing } from './writing.ts';

const mostShown = 12;

/** What a report of a unit found: at a glance, and then all of it. */
export async function trendLetter(report: Report, writing: Writing): Promise<Written> {
  const { say, time } = writing;
  const { title, unit, period, claims, generatedAt } = report;
  const [, ...markdown] = renderReport(report).split('\n'); // Its title is the letter's.
  const page = sheetOf(writing, {
    kicker: say({ en: `Omega · trend report · ${unit}`, nl: `Omega · trendrapport · ${unit}` }),
    headline: title,
    tone: 'plain',
    lead: say(leadOf(report)),
    body: [
      gaps(report, writing),
      glance(claims, writing),
      topics(report, writing),
      await whole(markdown.join('\n'), writing),
    ],
    foot: say({
      en: `${period.from} to ${period.until}, made ${time(generatedAt)}. Counted, not written by a model.`,
      nl: `${period.from} tot en met ${period.until}, gemaakt op ${time(generatedAt)}. Geteld, niet door een model geschreven.`,
    }),
  });
  return { title, tally: say(amountOf(claims.length, trendNoun)), page };
}

const trendNoun = { one: 'trend', many: 'trends' };
const documentNoun = { one: 'document', many: { en: 'documents', nl: 'documenten' } };
const domainNoun = { one: { en: 'domain', nl: 'domein' }, many: { en: 'domains', nl: 'domeinen' } };

function leadOf({ claims, sources: { documents, domains }, period }: Report): Words {
  if (documents + domains === 0) return { en: 'There was nothing to read.', nl: 'Er was niets te lezen.' };
  const [trends, files, sites] = [
    amountOf(claims.length, trendNoun),
    amountOf(documents, documentNoun),
    amountOf(domains, domainNoun),
  ];
  const weeks = period.weeksBefore;
  return {
    en: `${trends.en} in ${files.en} and ${sites.en}, ${weeks === 0 ? 'without an earlier week to compare with' : `against ${weeks === 1 ? 'the week' : `the ${weeks} weeks`} before`}.`,
    nl: `${trends.nl} in ${files.nl} en ${sites.nl}, ${weeks === 0 ? 'zonder eerdere week om mee te vergelijken' : `vergeleken met ${weeks === 1 ? 'de week' : `de ${weeks} weken`} ervoor`}.`,
  };
}

/** Who names each trend now, against who did before. */
function glance(claims: readonly Claim[], writing: Writing): Part {
  const { say } = writing;
  if (claims.length === 0) return null;
  const more = claims.length - mostShown;
  return section(
    say({ en: 'What is new', nl: 'Wat er nieuw is' }),
    claims.slice(0, mostShown).map(
      ({ term, counts }) =>
        html`<h3>${term}</h3>
          ${compared(counts, writing)}`,
    ),
    more <= 0
      ? null
      : html`<p class="note">${say({ en: `And ${more} more, below.`, nl: `En nog ${more}, hieronder.` })}</p>`,
  );
}

function compared({ sources, of, earlier, earlierOf }: Counts, { say }: Writing): Part {
  const [now, before] = [of === 0 ? 0 : sources / of, earlierOf === 0 ? 0 : earlier / earlierOf];
  const top = Math.max(now, before, Number.EPSILON);
  return pair({ say }, [
    [now / top, say({ en: `${sources} of ${of}`, nl: `${sources} van ${of}` })],
    [before / top, say({ en: `${earlier} of ${earlierOf}`, nl: `${earlier} van ${earlierOf}` })],
  ]);
}

type Bar = readonly [share: number, text: string];

function pair({ say }: Pick<Writing, 'say'>, [[now, nowText], [before, beforeText]]: readonly [Bar, Bar]): Part {
  return html`<div class="compare">
    <span>${say({ en: 'now', nl: 'nu' })}</span>${shareBar(now, 'now')}<span>${nowText}</span
    ><span>${say({ en: 'before', nl: 'eerder' })}</span>${shareBar(before, 'before')}<span>${beforeText}</span>
  </div>`;
}

/** The unit's own topics: what this week says against a week before. */
function topics({ topics: all, period }: Report, { say, language }: Writing): Part {
  if (all.length === 0 || period.weeksBefore === 0) return null;
  const top = Math.max(1, ...all.flatMap(({ sources, earlier }) => [sources, earlier]));
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  return section(
    say({ en: 'Your topics, in sources a week', nl: 'Jouw onderwerpen, in bronnen per week' }),
    all.slice(0, mostShown).map(
      ({ topic, sources, earlier }) =>
        html`<h3>${topic}</h3>
          ${pair({ say }, [
            [sources / top, String(sources)],
            [earlier / top, number.format(earlier)],
          ])}`,
    ),
  );
}

function gaps({ gaps: { length } }: Report, { say }: Writing): Part {
  if (length === 0) return null;
  const noun = {
    one: { en: 'thing could not be looked at', nl: 'onderdeel kon niet worden bekeken' },
    many: { en: 'things could not be looked at', nl: 'onderdelen konden niet worden bekeken' },
  };
  const { en, nl } = amountOf(length, noun);
  return html`<p class="warn">
    ${say({ en: `${en}: more at the end of the report.`, nl: `${nl}: meer aan het eind van het rapport.` })}
  </p>`;
}

/** The report itself, in the language in which it was written. */
async function whole(markdown: string, { say, language }: Writing): Promise<Part> {
  const inEnglish = language === 'en' ? null : html`<p class="note">Het rapport zelf is in het Engels geschreven.</p>`;
  return section(
    say({ en: 'The whole report', nl: 'Het hele rapport' }),
    inEnglish,
    html`<article lang="en">${await renderMarkdown(markdown)}</article>`,
  );
}
