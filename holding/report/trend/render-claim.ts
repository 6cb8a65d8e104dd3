import type { Say, Translated } from '#lib/language.ts';
import { amountOf, type Noun } from '../../health/views/wording.ts';
import { cleanText } from '../../swarm/guard.ts';
import { voiceOfClaim } from './claim-sentence.ts';
import { escapeLine } from './escape-line.ts';
import type { Claim, Counts, Earlier, Evidence } from './report.ts';
import { dayWords, evidenceWords, numberWords } from './wording.ts';

const mostNames = 12;
const ownDocument: Noun = {
  one: { en: 'own document', nl: 'eigen document' },
  many: { en: 'own documents', nl: 'eigen documenten' },
};

/** One claim of a report as Markdown: what it says, who says so, and where that was read. */
export function renderClaim(claim: Claim, number: number, say: Say): string {
  const { term, text, quotes, evidence, counts, earlier } = claim;
  return [
    `### ${number}. ${escapeLine(term)}`,
    escapeLine(text),
    ...(earlier === null ? [] : [say(toldBefore(earlier, counts))]),
    ...quotes.map((quote) => `> “${escapeLine(quote.text)}” (${escapeLine(quote.source)})`),
    namedBy(claim, say),
    `${say(evidenceWords)}:`,
    evidence.map((one) => evidenceLine(one, say)).join('\n'),
  ].join('\n\n');
}

/** Since when it is told, and whether a larger or a smaller share of the sources names it now. */
function toldBefore({ first, last, sources, of }: Earlier, now: Counts): Translated {
  const share = now.sources * of - sources * now.of;
  const [since, until] = [dayWords(first), dayWords(last)];
  const strength =
    share > 0
      ? { en: 'stronger', nl: 'sterker' }
      : share < 0
        ? { en: 'weaker', nl: 'zwakker' }
        : { en: 'as strong', nl: 'even sterk' };
  const again =
    first === last ? { en: '', nl: '' } : { en: `, last on ${until.en}`, nl: `, het laatst op ${until.nl}` };
  return {
    en: `First told on ${since.en}${again.en}, then named by ${sources} of ${of}: now again, and ${strength.en}.`,
    nl: `Voor het eerst gemeld op ${since.nl}${again.nl}, toen genoemd door ${sources} van de ${of}: nu weer, en ${strength.nl}.`,
  };
}

function namedBy(claim: Claim, say: Say): string {
  const { files, domains, change } = claim;
  const names = [...(files > 0 ? [say(amountOf(files, ownDocument))] : []), ...domains].slice(0, mostNames);
  const by = names.map(escapeLine).join(', ');
  const [logOdds, error] = [numberWords(change.logOdds), numberWords(change.standardError)];
  return say({
    en: `Named by: ${by}. Change: ${logOdds.en} in log-odds, ± ${error.en}.`,
    nl: `Genoemd ${voiceOfClaim(claim) === 'document' ? 'in' : 'op'}: ${by}. Verandering: ${logOdds.nl} in log-odds, ± ${error.nl}.`,
  });
}

function evidenceLine({ callId, url, sha256 }: Evidence, say: Say): string {
  const call = callId === null ? '' : say({ en: `, call ${code(callId)}`, nl: `, aanroep ${code(callId)}` });
  return `- ${code(url)} sha256 ${sha256.slice(0, 16)}${call}`;
}

/** Shown as it is, and no link: a backtick in it would end it. */
function code(text: string): string {
  return `\`${cleanText(text).replaceAll('`', "'")}\``;
}
