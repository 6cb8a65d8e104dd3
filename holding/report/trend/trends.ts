import type { Egress } from '#mcp/egress.ts';
import type { Hub } from '#mcp/hub.ts';
import type { Clock } from '#lib/clock.ts';
import type { Language } from '#lib/language.ts';
import type { DataPaths } from '#lib/paths.ts';
import type { OpenMemory } from '../../memory/open-memory.ts';
import type { Mandates } from '../../swarm/mandate-store.ts';
import type { Report } from './report.ts';

/** Trend reports, as the job makes them. */
export interface Trends {
  /** @throws OmegaError where the mandate allows nothing, ToolError where nothing can be written. */
  readonly open: (request: TrendRequest) => Promise<TrendDesk>;
}

export interface TrendRequest {
  readonly unit: string;
  /** From the shipped documents, with nothing kept: an example report. */
  readonly demo: boolean;
  readonly signal: AbortSignal;
}

/** One report being made, step by step. */
export interface TrendDesk extends AsyncDisposable {
  /** What it may do, in words. */
  readonly mandate: string;
  /** Each resolves to what was read, in words; what could not be is a gap of the report. */
  readonly readDocuments: () => Promise<string>;
  readonly readFeeds: () => Promise<string>;
  readonly searchTopics: () => Promise<string>;
  /** Also with what earlier reports said of the same, as the memory has it. */
  readonly compare: () => Promise<Report>;
  /** Writes it into the unit's reports, where it is not there already. @throws OmegaError `E_REPORT_WRITE` */
  readonly write: (report: Report) => Promise<{ readonly changed: boolean; readonly files: readonly string[] }>;
  /** What it claims goes into the memory; resolves to what became of that, in words, also where it could not be. */
  readonly remember: (report: Report) => Promise<string>;
}

export interface TrendsOptions {
  readonly hub: Pick<Hub, 'call' | 'servers'>;
  readonly mandates: Mandates;
  readonly paths: Pick<DataPaths, 'units' | 'trendsDb'>;
  readonly clock: Clock;
  readonly timezone: string;
  /** The owner's, in which reports are written. */
  readonly language: Language;
  readonly memory: OpenMemory;
  /** Opens the guarded way out for feeds, for as long as they are fetched; null: none is needed, as in a test. */
  readonly openEgress: (() => Promise<Egress>) | null;
}

/** Loads what a report needs when one is made, and not before: most of a day none is. */
export function createTrends(options: TrendsOptions): Trends {
  return {
    open: async (request) => {
      const { openDesk } = await import('./desk.ts');
      return openDesk(request, options);
    },
  };
}
