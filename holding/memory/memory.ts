import type { Kind, Language, MemoryRecord, Source, Status, Trust } from './record.ts';
import type { z } from 'zod';

/**
 * What the brain and the units remember. The journal is the truth: a record that was acknowledged is in it, on the
 * disk. The index of words and the index of vectors follow it, catch up after an outage, and can be made anew.
 */
export interface Memory extends AsyncDisposable {
  /**
   * Remembers all of them or, where one has a fault, none; each answer says what became of the record.
   * @throws OmegaError `E_MEMORY_INPUT` (every fault of every record), `E_MEMORY_WRITE` where the journal cannot take it.
   */
  readonly remember: (records: readonly NewRecord[], options?: WriteOptions) => Promise<readonly Receipt[]>;
  /** Never fails for a lost index: it says what it had to do without. @throws OmegaError `E_MEMORY_INPUT` */
  readonly recall: (query: Query, signal?: AbortSignal) => Promise<Recall>;
  /**
   * Erases the texts from journal and indexes and later exports, and leaves a tombstone: the same words are refused from
   * then on in the same unit and kind, whatever their case and punctuation; other words, units and kinds are not.
   * @throws OmegaError `E_MEMORY_UNKNOWN` where there is no such record; then none is forgotten.
   */
  readonly forget: (
    ids: readonly string[],
    options: { readonly why: string; readonly signal?: AbortSignal },
  ) => Promise<void>;
  /** A new text supersedes the old one; anything else is changed in place. @throws OmegaError `E_MEMORY_UNKNOWN`, `E_MEMORY_INPUT` */
  readonly revise: (id: string, revision: Revision, options?: WriteOptions) => Promise<Receipt>;
  /** A record by its id, or the beginning of one; null: there is none. @throws OmegaError `E_MEMORY_INPUT`: more than one begins so. */
  readonly find: (id: string) => MemoryRecord | null;
  readonly stats: () => MemoryStats;
  /** Lines of JSON, the oldest record first, without what was forgotten: importing them elsewhere gives the same memory. */
  readonly export: () => Iterable<string>;
  /**
   * Takes an export in: what is known already stays as it is, but what was forgotten there is forgotten here as well.
   * What gives orders goes into quarantine. Broken off, it can be repeated: nothing comes in twice.
   * @throws OmegaError `E_MEMORY_INPUT`, naming the lines; then nothing is taken.
   */
  readonly import: (lines: AsyncIterable<string> | Iterable<string>, options?: ImportOptions) => Promise<ImportResult>;
  /**
   * Makes both indexes anew from the journal; recall goes on meanwhile.
   * @throws OmegaError `E_MEMORY_JOURNAL` where the journal is damaged: the indexes may have the last copy of what it lost.
   */
  readonly rebuild: (options?: WriteOptions) => Promise<IndexState>;
  /** Brings the index of vectors up to date, mends it where it is broken, and moves to another model where one was set. */
  readonly catchUp: (options?: WriteOptions) => Promise<IndexState>;
  /**
   * Compares journal, texts and indexes, and mends nothing. The shelf is brought up to the journal first, and where that
   * is found whole its head is kept, to know by what is cut off at its end.
   */
  readonly verify: (options?: WriteOptions) => Promise<Verification>;
  /** Merges near doubles, ages out what is old and unimportant, and compacts. */
  readonly consolidate: (options?: WriteOptions) => Promise<Consolidation>;
}

export interface WriteOptions {
  readonly signal?: AbortSignal;
  /** Told now and then on what takes long. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What is to be remembered; what is left out has a default. */
export interface NewRecord {
  readonly kind: Kind;
  readonly unit: string;
  /** 1 to 20,000 characters, no control characters beside tab and newline. */
  readonly text: string;
  /** Guessed from the text unless said. */
  readonly lang?: Language | undefined;
  readonly keywords?:
    | { readonly nl?: readonly string[] | undefined; readonly en?: readonly string[] | undefined }
    | undefined;
  /** From 1 to 10; 5 unless said. */
  readonly importance?: number | undefined;
  /** Milliseconds since the epoch; now unless said. */
  readonly createdAt?: number | undefined;
  readonly validFrom?: number | undefined;
  readonly validTo?: number | null | undefined;
  readonly supersedes?: readonly string[] | undefined;
  readonly source: z.input<typeof Source>;
  readonly trust: Trust;
}

/** What became of a record that was to be remembered. */
export interface Receipt {
  /** Of the record that holds it now: for a double, the one that was there before. */
  readonly id: string;
  /**
   * `remembered`: new. `double`, `near-double`: counted up. `quarantined`: new, and recalled only when asked for.
   * `echo`: it repeats what was recalled for the same run, so nothing was kept. `forgotten`: the owner had it
   * forgotten once, so nothing was kept.
   */
  readonly outcome: 'remembered' | 'double' | 'near-double' | 'quarantined' | 'echo' | 'forgotten';
  /** The records whose place it took. */
  readonly superseded: readonly string[];
  /** How many secrets were taken out of the text. */
  readonly redacted: number;
  /** Why, in words, where it was not simply remembered. */
  readonly reason: string | null;
}

export interface Revision {
  readonly text?: string | undefined;
  readonly importance?: number | undefined;
  readonly validTo?: number | null | undefined;
  /** `active` lets a record out of quarantine; `quarantined` puts it there. */
  readonly status?: 'active' | 'quarantined' | undefined;
  readonly why: string;
}

export interface Query {
  /** 1 to 4,000 characters. */
  readonly text: string;
  /** Only what this unit and the holding remember; all units unless said. */
  readonly unit?: string | undefined;
  readonly kinds?: readonly Kind[] | undefined;
  /** From 1 to 100; 5 unless said. */
  readonly limit?: number | undefined;
  /** All texts together, in characters; 6,000 unless said, about 1,500 tokens. */
  readonly maxChars?: number | undefined;
  /** Also what is in quarantine: for a person to look at, never for a prompt. */
  readonly untrusted?: boolean | undefined;
  /** Also what was superseded, below what took its place. */
  readonly history?: boolean | undefined;
  /** The run that asks: what it is told here it cannot remember again as its own. */
  readonly runId?: string | undefined;
}

export interface Hit {
  readonly record: MemoryRecord;
  /** The text, cut where the budget of characters ended. */
  readonly text: string;
  readonly isCut: boolean;
  /** What the order goes by: relevance, weighed by age and importance. */
  readonly score: number;
  /** How well it answers, from 0 to 1. */
  readonly relevance: number;
  /** How it was found: its similarity in words and in meaning, from 0 to 1; null: not found so. */
  readonly words: number | null;
  readonly vector: number | null;
}

/** What was found, best first, and how: the receipt of a recall. */
export interface Recall {
  readonly id: string;
  readonly at: number;
  readonly hits: readonly Hit[];
  /** Nothing answers well: say “I do not know” rather than use these. */
  readonly weak: boolean;
  /** What it had to do without, in words; null: nothing. */
  readonly degraded: string | null;
  readonly tookMs: number;
}

export interface MemoryStats {
  /** By unit and kind, of the records that are recalled. */
  readonly counts: readonly { readonly unit: string; readonly kind: Kind; readonly records: number }[];
  readonly byStatus: Readonly<Record<Status, number>>;
  readonly forgotten: number;
  /** New records of the last seven days and of the last thirty. */
  readonly growth: { readonly week: number; readonly month: number };
  readonly lastWriteAt: number | null;
  readonly lastRecall: { readonly at: number; readonly tookMs: number } | null;
  readonly journal: { readonly seq: number; readonly hash: string };
  readonly index: IndexState;
}

/** The index of vectors. */
export interface IndexState {
  /** The model that answers now, as it stands in the collection's name. */
  readonly space: string;
  /** The model that is being moved to; null: none. */
  readonly next: string | null;
  /** Records that it does not hold yet. */
  readonly pending: number;
  /** Why it cannot be used now, in words; null: it can, or it was not asked yet. */
  readonly fault: string | null;
}

export interface ImportOptions extends WriteOptions {
  /** Asked before anything is taken, where records that are here were forgotten there; where it rejects nothing is. */
  readonly onForgetting?: (records: number) => Promise<void>;
}

export interface ImportResult {
  readonly records: number;
  readonly known: number;
  /** What was forgotten there and not here yet; `forgotten`: how many of these were here, and are erased now. */
  readonly tombstones: number;
  readonly forgotten: number;
}

export interface Verification {
  readonly ok: boolean;
  readonly records: number;
  /** Each in words; none where all is well. */
  readonly faults: readonly string[];
  /** False: nothing may be made anew from the journal before a backup of it is put back. */
  readonly isJournalWhole: boolean;
  /** False: the index of vectors could not be asked, so nothing is said about it. */
  readonly indexAsked: boolean;
}

export interface Consolidation {
  readonly merged: number;
  readonly aged: number;
  readonly pending: number;
}
