import type { Language, Translated } from '#lib/language.ts';
import { amountOf } from '../../health/views/wording.ts';
import { comparedWords, renderReport, sourcesWords } from '../trend/render.ts';
import type { Claim, Counts, Report } from '../trend/report.ts';
import { dayWords, trendNoun } from '../trend/wording.ts';
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
  const [from, until] = [dayWords(period.from), dayWords(period.until)];
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
      await whole(markdown.join('\n'), report.language, writing),
    ],
    foot: say({
      en: `From ${from.en} to ${until.en}, made ${time(generatedAt)}. Counted, not written by a model.`,
      nl: `Van ${from.nl} tot en met ${until.nl}, gemaakt op ${time(generatedAt)}. Geteld, niet door een model geschreven.`,
    }),
  });
  return { title, tally: say(amountOf(claims.length, trendNoun)), page };
}

function leadOf({ claims, sources, period }: Report): Translated {
  if (sources.documents + sources.domains === 0)
    return { en: 'There was nothing to read.', nl: 'Er was niets te lezen.' };
  const [trends, from] = [amountOf(claims.length, trendNoun), sourcesWords(sources)];
  const against = comparedWords(period.weeksBefore);
  return {
    en: `${trends.en} in ${from.en}, ${against.en}.`,
    nl: `${trends.nl} in ${from.nl}, ${against.nl}.`,
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

/** The report itself, in the language in which it was written; the owner may have chosen another since. */
async function whole(markdown: string, written: Language, { say, language }: Writing): Promise<Part> {
  const other = {
    en: 'The report itself was written in Dutch.',
    nl: 'Het rapport zelf is in het Engels geschreven.',
  };
  return section(
    say({ en: 'The whole report', nl: 'Het hele rapport' }),
    written === language ? null : html`<p class="note">${say(other)}</p>`,
    html`<article lang="${written}">${await renderMarkdown(markdown)}</article>`,
  );
}
