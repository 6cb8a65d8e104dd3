import { hashOf, type Body, type Entry, type JournalLine } from '#holding/memory/journal/journal.ts';
import { recordId } from '#holding/memory/record.ts';
import type { MemoryRecord } from '#holding/memory/record.ts';
import type { Shelf } from '#holding/memory/shelf/shelf.ts';

type Remember = Extract<Entry, { op: 'remember' }>;

/** A line that remembers a text, and what lies beside it. */
export function remembering(
  text: string,
  { keywords, source, ...more }: Partial<Remember> & Partial<Omit<Body, 'text'>> = {},
): { readonly entry: Remember; readonly body: Body } {
  const body: Body = {
    text,
    keywords: keywords ?? { nl: [], en: [] },
    source: source ?? { type: 'owner', ref: null, runId: null, model: null, sha256: null },
  };
  const { kind, unit } = { kind: 'fact', unit: 'marketing', ...more } as const;
  const usual = { importance: 5, createdAt: 1000, validFrom: 1000, validTo: null, supersedes: [] };
  const standing = { lang: 'en', trust: 'agent', status: 'active', suspicion: null } as const;
  const id = recordId({ kind, unit, text });
  return { entry: { op: 'remember', id, kind, unit, ...usual, ...standing, body: hashOf(body), ...more }, body };
}

/** The id of a text as {@link remembering} gives it. */
export function idOf(text: string): string {
  return remembering(text).entry.id;
}

/** Lines with their numbers, from 1 on or from where the shelf is, as a journal would hand them over. */
export function numbered(
  lines: readonly (Entry | { readonly entry: Entry; readonly body: Body })[],
  from = 1,
): JournalLine[] {
  return lines.map((line, index) => {
    const { entry, body } = 'entry' in line ? line : { entry: line, body: null };
    return { seq: from + index, entry, body };
  });
}

/** Puts these on it after what is there. */
export function put(shelf: Shelf, ...lines: Parameters<typeof numbered>[0]): void {
  shelf.apply(numbered(lines, shelf.seq() + 1));
}

/** All that a shelf says. */
export function contentOf(shelf: Shelf, texts: readonly string[] = []): unknown {
  const records: readonly MemoryRecord[] = [...shelf.all()];
  const matches = texts.map((text) =>
    shelf
      .matching({ text, limit: 100, statuses: ['active', 'quarantined', 'superseded', 'aged'] })
      .map(({ id }) => id)
      .toSorted(),
  );
  const origins = records.map(({ id }) => shelf.origins(id).toSorted());
  const pending = shelf.pending('any', 10_000).toSorted((one, other) => one.id.localeCompare(other.id));
  return {
    seq: shelf.seq(),
    records,
    origins,
    matches,
    pending,
    counts: shelf.counts(),
    forgotten: shelf.forgotten(),
    lastWriteAt: shelf.lastWriteAt(),
  };
}
