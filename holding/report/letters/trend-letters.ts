import { codeOf } from '#lib/errors.ts';
import type { Report } from '../trend/report.ts';
import { listReports, readReport } from '../trend/store.ts';
import type { LetterSource } from './source.ts';
import { trendLetter } from './trend-letter.ts';
import type { Writing } from './writing.ts';

interface TrendLetters {
  readonly units: string;
  readonly writing: Writing;
}

/** So many of the newest files are looked at for what is new. */
const newestReports = 50;

/** A letter a trend report of a unit; examples stay where they are. */
export function createTrendLetters({ units, writing }: TrendLetters): LetterSource {
  return {
    kind: 'trend',
    due: async () => {
      const entries = await listReports(units, { limit: newestReports });
      return entries
        .filter(({ example, fault }) => !example && fault === null)
        .map(({ unit, id, at }) => ({ name: `${unit}/${id}`, at }));
    },
    write: async (name, _now, signal) => {
      signal.throwIfAborted();
      const [unit = '', id = '', ...more] = name.split('/');
      if (more.length > 0) return null;
      const report = await find(units, unit, id);
      return report === null || report.example ? null : trendLetter(report, writing);
    },
  };
}

async function find(units: string, unit: string, id: string): Promise<Report | null> {
  try {
    return (await readReport(units, unit, id)).report;
  } catch (error) {
    if (codeOf(error) === 'E_NO_REPORT') return null;
    throw error;
  }
}
