import type { Words } from '#lib/language.ts';

const kinds: Readonly<Record<string, Words>> = {
  trend: 'Trends',
  digest: { en: 'Digest', nl: 'Dagbericht' },
  incident: { en: 'Incident', nl: 'Storing' },
  canary: { en: 'First report', nl: 'Eerste rapport' },
};

/** What a report is about; a kind that is not known here is said as it is. */
export function kindWords(kind: string): Words {
  return Object.hasOwn(kinds, kind) ? (kinds[kind] ?? kind) : kind;
}
