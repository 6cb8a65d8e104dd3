import { messageOf } from '#lib/errors.ts';
import { sayIn, type Words } from '#lib/language.ts';
import type { Memory, NewRecord } from '../../memory/memory.ts';
import type { OpenMemory } from '../../memory/open-memory.ts';
import { recordId, type MemoryRecord } from '../../memory/record.ts';
import { shorten } from '../../swarm/guard.ts';
import { importanceOf, isOf, sentenceOf, spoken } from './claim-sentence.ts';
import { mostInGap, type Claim, type Earlier, type Report } from './report.ts';

/** What a run remembers of its report, and what earlier ones remembered. */
export interface Recollection {
  /** The report, each claim with what earlier ones said of the same; where they cannot be asked that is a gap. */
  readonly recall: (report: Report) => Promise<Report>;
  /** Says in words what became of it: the report stands, whatever becomes of the memory. */
  readonly remember: (report: Report) => Promise<string>;
}

export interface RecollectionOptions {
  /** Null: this run keeps nothing, as an example does. */
  readonly open: OpenMemory | null;
  readonly runId: string;
  readonly signal: AbortSignal;
}

const mostRecalled = 80;
/** Enough for so many: their texts go into no prompt, only their days and counts are read. */
const mostChars = 100_000;
/** Days on which one term is told; what lies before that is not looked for. */
const mostTold = 1000;
const notAsked: Words = {
  en: 'The memory could not be asked, so no claim says when it was told before',
  nl: 'Het geheugen was niet te bevragen, dus bij geen trend staat wanneer die eerder is gemeld',
};

/** The memory, as one run of a report uses it. */
export function createRecollection({ open, runId, signal }: RecollectionOptions): Recollection {
  const toldOf = new Map<Claim['text'], readonly MemoryRecord[]>();
  return {
    recall: async (report) => {
      if (open === null || report.claims.length === 0) return report;
      try {
        const memory = await open();
        const claims: Claim[] = [];
        for (const claim of report.claims) {
          const told = await toldBefore(memory, { claim, unit: report.unit, signal });
          toldOf.set(claim.text, told);
          claims.push({ ...claim, earlier: earlierOf(told, report) });
        }
        return { ...report, claims };
      } catch (error) {
        signal.throwIfAborted();
        const gap = `${sayIn(report.language)(notAsked)}: ${messageOf(error)}`;
        return { ...report, gaps: [...report.gaps, shorten(gap, mostInGap)] };
      }
    },
    remember: async (report) => {
      if (open === null) return 'nothing is remembered of an example';
      try {
        const memory = await open();
        const isNew = ({ text, unit }: NewRecord): boolean =>
          memory.find(recordId({ kind: 'trend', unit, text })) === null;
        const records = report.claims
          .map((claim) => recordOf(claim, { report, runId, told: toldOf.get(claim.text) ?? [] }))
          .filter(isNew); // A second run of a day that found the same tells nothing twice.
        const receipts = records.length === 0 ? [] : await memory.remember(records, { signal });
        const kept = receipts.filter(({ outcome }) => outcome === 'remembered').length;
        return `${kept} of ${report.claims.length} claims remembered anew`;
      } catch (error) {
        signal.throwIfAborted();
        return `nothing could be remembered: ${messageOf(error)}`;
      }
    },
  };
}

interface Asked {
  readonly claim: Claim;
  readonly unit: string;
  readonly signal: AbortSignal;
}

/**
 * What was remembered of the very same term, the newest first: what stands now, and all whose place it took. It is
 * asked without the run's id: what is told to a run counts as an echo when that run remembers it, and here it is only
 * compared with.
 */
async function toldBefore(memory: Memory, { claim, unit, signal }: Asked): Promise<MemoryRecord[]> {
  const query = { text: claim.term.slice(0, 4000), unit, kinds: ['trend'] } as const;
  const { hits } = await memory.recall({ ...query, limit: mostRecalled, maxChars: mostChars }, signal);
  const isTold = (record: MemoryRecord): boolean =>
    record.unit === unit &&
    record.source.type === 'report' &&
    record.suspicion === null && // Of these a recall tells none, but what stands now may have taken the place of one.
    isOf(record.text, claim);
  const told = new Map(hits.filter(({ record }) => isTold(record)).map(({ record }) => [record.id, record]));
  for (const { supersedes } of told.values()) {
    for (const id of supersedes) {
      const former = memory.find(id);
      if (former !== null && isTold(former) && told.size < mostTold) told.set(id, former); // The loop comes to it, too.
    }
  }
  return [...told.values()].toSorted((one, other) => other.createdAt - one.createdAt);
}

function earlierOf(told: readonly MemoryRecord[], report: Report): Earlier | null {
  const before = told
    .filter(({ source, createdAt }) => source.ref !== report.id && createdAt <= report.generatedAt)
    .map(({ text }) => spoken(text))
    .filter((one) => one !== null);
  const [last] = before;
  const first = before.at(-1);
  if (first === undefined || last === undefined) return null;
  return { first: first.day, last: last.day, sources: last.sources, of: last.of };
}

interface Remembering {
  readonly report: Report;
  readonly runId: string;
  readonly told: readonly MemoryRecord[];
}

/** The claim, in place of what stood of it until now. */
function recordOf(claim: Claim, { report, runId, told }: Remembering): NewRecord {
  return {
    kind: 'trend',
    unit: report.unit,
    text: sentenceOf(claim, report),
    lang: 'en',
    importance: importanceOf(claim),
    createdAt: report.generatedAt,
    supersedes: told.filter(({ status }) => status === 'active').map(({ id }) => id),
    source: { type: 'report', ref: report.id, runId },
    trust: 'agent', // Omega counted it itself; what others wrote, the quotes, is left out.
  };
}
