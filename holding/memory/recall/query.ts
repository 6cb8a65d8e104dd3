import { z } from 'zod';
import { catchUpForReading, type Books } from '../books.ts';
import type { Follower } from '../vectors/follow.ts';
import { codeOf } from '#lib/errors.ts';
import { inputFault } from '../write/find.ts';
import type { Query, Recall } from '../memory.ts';
import type { Nearest } from './nearest.ts';
import { recallFrom, type RecallParts } from './recall.ts';
import { sizeOf } from '../stats.ts';
import { kinds } from '../record.ts';

export interface Recalling extends Omit<RecallParts, 'shelf' | 'nearest'> {
  readonly books: Books;
  readonly follower: Pick<Follower, 'state'>;
  readonly nearest: Nearest;
  readonly units: readonly string[];
}

const never = new AbortController().signal;

/** Recalls, says what the index of vectors does not hold yet, and notes what was told to whom. */
export async function recallSoundly(query: Query, recalling: Recalling, signal: AbortSignal = never): Promise<Recall> {
  const asked = soundQuery(query, recalling.units);
  const { books } = recalling;
  catchUpForReading(books);
  const find = (): Promise<Recall> => recallFrom(asked, { ...recalling, shelf: books.shelf }, signal);
  const recall = await find().catch((error: unknown) => {
    if (codeOf(error) !== 'E_MEMORY_SHELF') throw error;
    catchUpForReading(books); // The shelf was damaged, and was begun anew, empty.
    return find();
  });
  note(recall, asked, books);
  if (sizeOf(books.shelf) === 0) return { ...recall, degraded: null }; // An empty memory lacks nothing.
  return recall.degraded === null ? { ...recall, degraded: behind(recalling) } : recall;
}

function soundQuery(query: Query, units: readonly string[]): Query {
  const Sound = z.object({
    text: z
      .string()
      .max(4000, 'has more than 4,000 characters')
      .refine((text) => text.trim() !== '', { error: 'is empty' }),
    unit: z
      .string()
      .refine((unit) => units.includes(unit), { error: `is not known: there are ${units.join(', ')}` })
      .optional(),
    kinds: z.array(z.enum(kinds)).min(1, 'names none').optional(),
    limit: z.int().min(1).max(100).optional(),
    maxChars: z.int().min(1).max(1_000_000).optional(),
    untrusted: z.boolean().optional(),
    history: z.boolean().optional(),
    runId: z.string().min(1).max(200).optional(),
  });
  const parsed = Sound.safeParse(query);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw inputFault(
    `Nothing was looked for: ${faults.join('; ')}`,
    'Ask in 1 to 4,000 characters, for 1 to 100 records.',
  );
}

/** To recall is to read: a disk that takes no note of it is no reason to fail. */
function note({ at, tookMs, hits }: Recall, { runId }: Query, { shelf, log }: Books): void {
  try {
    shelf.noteRecall({ at, tookMs, runId: runId ?? null, ids: hits.map(({ record }) => record.id) });
  } catch (error) {
    log.warn('A recall could not be noted', { error });
  }
}

function behind({ books: { shelf }, follower }: Recalling): string | null {
  const pending = shelf.pendingCount(follower.state().space);
  return pending === 0 ? null : `${pending} records are found by their words alone: the index of vectors follows`;
}
