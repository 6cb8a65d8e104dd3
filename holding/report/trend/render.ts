import { sayIn, type Say, type Translated, type Words } from '#lib/language.ts';
import { amountOf } from '../../health/views/wording.ts';
import { escapeLine } from './escape-line.ts';
import { renderClaim } from './render-claim.ts';
import type { Report } from './report.ts';
import { dayWords, numberWords, trendNoun, voiceNouns, weeksWords } from './wording.ts';

const mostBelow = 60;

/** A report as Markdown. What comes from outside stands in it escaped: it links, loads and marks up nothing. */
export function renderReport(report: Report): string {
  const { title, claims, gaps, example, language } = report;
  const say = sayIn(language);
  return [
    `# ${example ? say({ en: 'Example: ', nl: 'Voorbeeld: ' }) : ''}${escapeLine(title)}`,
    ...(example ? [say(exampleWords)] : []),
    say(summaryOf(report)),
    ...(claims.length > 0 ? [say({ en: '## What is new', nl: '## Wat er nieuw is' })] : []),
    ...claims.map((claim, index) => renderClaim(claim, index + 1, say)),
    ...topicsOf(report, say),
    ...belowOf(report, say),
    ...namedOf(report, say),
    ...gapsOf(gaps, say),
    '---',
    say(footOf(report)),
  ]
    .join('\n\n')
    .concat('\n');
}

const exampleWords: Words = {
  en: '> **This is an example**, made from documents that came with Omega. It says nothing of yours.',
  nl: '> **Dit is een voorbeeld**, gemaakt van documenten die bij Omega horen. Over die van jou zegt het niets.',
};

function summaryOf({ claims, sources, period }: Report): Translated {
  const [from, until] = [dayWords(period.from), dayWords(period.until)];
  const when = { en: `from ${from.en} to ${until.en}`, nl: `van ${from.nl} tot en met ${until.nl}` };
  if (sources.documents + sources.domains === 0)
    return {
      en: `There was nothing to read ${when.en}.`,
      nl: `Er was niets te lezen ${when.nl}.`,
    };
  const what = claims.length === 0 ? { en: 'No trend', nl: 'Geen trend' } : amountOf(claims.length, trendNoun);
  const [where, compared] = [sourcesWords(sources), comparedWords(period.weeksBefore)];
  return {
    en: `${what.en} ${when.en}, in ${where.en}, ${compared.en}.`,
    nl: `${what.nl} ${when.nl}, in ${where.nl}, ${compared.nl}.`,
  };
}

/** In what was read: the kinds of sources that there were. */
export function sourcesWords({ documents, domains }: Report['sources']): Translated {
  const [files, web] = [amountOf(documents, voiceNouns.document), amountOf(domains, voiceNouns.domain)];
  if (domains === 0) return files;
  const sites = { en: `${web.en} of the web`, nl: `${web.nl} op het web` };
  return documents === 0 ? sites : { en: `${files.en} and ${sites.en}`, nl: `${files.nl} en ${sites.nl}` };
}

/** With how many weeks before it was compared. */
export function comparedWords(weeksBefore: number): Translated {
  if (weeksBefore === 0)
    return { en: 'without an earlier week to compare with', nl: 'zonder eerdere week om mee te vergelijken' };
  const { en, nl } = weeksWords(weeksBefore);
  return { en: `compared with ${en} before`, nl: `vergeleken met ${nl} ervoor` };
}

function topicsOf({ topics, period }: Report, say: Say): string[] {
  if (topics.length === 0) return [];
  const rows = topics.map(({ topic, sources, earlier }) => {
    return `| ${escapeLine(topic)} | ${sources} | ${period.weeksBefore === 0 ? '–' : say(numberWords(earlier))} |`;
  });
  const head = say({
    en: '| topic | sources | in a week before |',
    nl: '| onderwerp | bronnen | in een week ervoor |',
  });
  return [say({ en: '## Your topics', nl: '## Jouw onderwerpen' }), [head, '|---|---|---|', ...rows].join('\n')];
}

function belowOf({ belowLimit, detectionLimit: limit }: Report, say: Say): string[] {
  if (belowLimit.length === 0) return [];
  const shown = belowLimit.slice(0, mostBelow).map(({ term, counts }) => `${escapeLine(term)} (${counts.sources})`);
  const more = belowLimit.length - shown.length;
  const all = shown.join(', ');
  const needed =
    limit === null
      ? {
          en: 'There are too few sources to call anything a trend',
          nl: 'Er zijn te weinig bronnen om iets een trend te noemen',
        }
      : {
          en: `A new trend needs ${limit} sources here at least`,
          nl: `Een nieuwe trend heeft hier minstens ${limit} bronnen nodig`,
        };
  return [
    say({ en: '## Below the limit', nl: '## Onder de grens' }),
    say({
      en: `${needed.en}; these rose, but are named by too few, and so are **not** trends: ${all}${more > 0 ? ` and ${more} more` : ''}.`,
      nl: `${needed.nl}; deze stegen wel, maar te weinig bronnen noemen ze, dus het zijn **geen** trends: ${all}${more > 0 ? ` en nog ${more}` : ''}.`,
    }),
  ];
}

function namedOf({ mostNamed }: Report, say: Say): string[] {
  if (mostNamed.length === 0) return [];
  const all = mostNamed.map(({ term, sources }) => `${escapeLine(term)} (${sources})`).join(', ');
  return [
    say({ en: '## Named most', nl: '## Het vaakst genoemd' }),
    say({ en: `Whether new or not: ${all}.`, nl: `Nieuw of niet: ${all}.` }),
  ];
}

function gapsOf(gaps: Report['gaps'], say: Say): string[] {
  if (gaps.length === 0) return [];
  return [
    say({ en: '## What could not be looked at', nl: '## Wat niet kon worden bekeken' }),
    gaps.map((gap) => `- ${escapeLine(gap)}`).join('\n'),
  ];
}

function footOf({ id, engine, claims, byChance, sources, generatedAt }: Report): Translated {
  const [name, terms, chance] = [escapeLine(id), numberWords(sources.termsCompared), numberWords(byChance)];
  const made = new Date(generatedAt).toISOString();
  const none = claims.length === 0;
  return {
    en: `${name}, by ${engine} (counted, not written by a model), ${terms.en} terms compared.${none ? '' : ` By chance alone ${chance.en} terms would pass for a trend.`} Made ${made}.`,
    nl: `${name}, met ${engine === 'rules' ? 'regels' : engine} (geteld, niet door een model geschreven), ${terms.nl} termen vergeleken.${none ? '' : ` Door toeval alleen zouden ${chance.nl} termen voor een trend doorgaan.`} Gemaakt op ${made}.`,
  };
}
