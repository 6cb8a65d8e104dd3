import type { Write } from '../books.ts';
import { hashOf } from '../journal/journal.ts';
import type { MemoryRecord, Status } from '../record.ts';

/** What the line of a record holds. */
export type Written = Omit<MemoryRecord, 'status' | 'supersededBy' | 'told' | 'seq'> & { readonly status: Status };

/** The line that puts a record on the shelf, or tells of one again, with its text beside it. */
export function writeRecord(
  { text, keywords, source, status, ...rest }: Written,
  { write, origin }: { readonly write: Write; readonly origin: string | undefined },
): void {
  // What else a record has follows from other lines, and has no place in this one.
  const { id, kind, unit, lang, importance, createdAt, validFrom, validTo, supersedes, trust, suspicion } = rest;
  const told = { id, kind, unit, lang, importance, createdAt, validFrom, validTo, supersedes, trust, suspicion };
  const body = { text, keywords, source };
  write(
    {
      ...told,
      op: 'remember',
      status: status === 'quarantined' ? 'quarantined' : 'active',
      body: hashOf(body),
      ...(origin === undefined ? {} : { origin }),
    },
    body,
  );
}
