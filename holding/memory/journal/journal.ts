import canonicalize from 'canonicalize';
import { openChain, type Head, type Chain, type Link, type Verdict } from '#lib/chain.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { createFamilies } from './families.ts';
import { BodySchema, EntrySchema } from './journal-entry.ts';
import { sha256Of, verifyJournal } from './journal-verify.ts';
import type { Kind, Language, Source, Trust } from '../record.ts';

/** What happened to the memory, as the chain keeps it: never a text, so that a text can be erased. */
export type Entry =
  | {
      readonly op: 'remember';
      readonly id: string;
      readonly kind: Kind;
      readonly unit: string;
      readonly lang: Language;
      readonly importance: number;
      readonly createdAt: number;
      readonly validFrom: number;
      readonly validTo: number | null;
      readonly supersedes: readonly string[];
      readonly trust: Trust;
      readonly status: 'active' | 'quarantined';
      readonly suspicion: string | null;
      /**
       * {@link hashOf} its {@link Body}, which lies beside this line under the line's own number: two lines with the
       * same body have each their own, so that erasing one leaves the other.
       */
      readonly body: string;
      /** As in `told`; without it, only the later ones are known. */
      readonly origin?: string;
    }
  /** Told again, by a double or a near double; `origin`: a hash of where from, to know two independent sources by. */
  | {
      readonly op: 'told';
      readonly id: string;
      readonly at: number;
      readonly origin: string;
      /** How often; once unless said. */
      readonly times?: number;
    }
  | {
      readonly op: 'revise';
      readonly id: string;
      readonly at: number;
      readonly importance?: number;
      readonly validTo?: number | null;
      readonly status?: 'active' | 'quarantined';
    }
  /** A near double, found afterwards: it goes where `into` is, which counts it. */
  | { readonly op: 'merge'; readonly id: string; readonly into: string; readonly at: number }
  | { readonly op: 'age'; readonly id: string; readonly at: number }
  | { readonly op: 'forget'; readonly id: string; readonly at: number };

/** What can be erased: everything that holds words of the text. */
export interface Body {
  readonly text: string;
  readonly keywords: { readonly nl: readonly string[]; readonly en: readonly string[] };
  readonly source: Source;
}

export interface JournalLine {
  readonly seq: number;
  /** Null: it cannot be read, which {@link Journal.verify} finds; it changes nothing, and the others stay. */
  readonly entry: Entry | null;
  /** Of `remember`; null where it was erased, or is not as it was written. */
  readonly body: Body | null;
}

/** The memory's own stream of the ledger, with the texts beside it. Several processes may write. */
export interface Journal extends Disposable {
  /**
   * Adds these in one commit that is on the disk when it returns, with their bodies; a `forget` erases the body of
   * every record of that id, and of what was merged into it, in the same commit. What was forgotten is not to be
   * remembered again: verification finds it. @throws OmegaError `E_MEMORY_WRITE`: nothing was added.
   */
  readonly append: (lines: readonly { readonly entry: Entry; readonly body?: Body }[]) => {
    readonly seq: number;
    readonly hash: string;
  };
  readonly head: () => { readonly seq: number; readonly hash: string };
  /** All lines after that number, the oldest first. */
  readonly after: (seq: number) => Iterable<JournalLine>;
  /** Reads it all: the chain, and each body against its hash. */
  readonly verify: (known?: Head) => Verdict;
}

/** The stream of the ledger in which the memory stands. */
export const journalStream = 'memory';

/** SHA-256 of a body as canonical JSON (RFC 8785). */
export function hashOf(body: Body): string {
  return sha256Of(textOf(body));
}

/** Opens the memory's stream of the ledger, or begins it. @throws OmegaError where the ledger cannot be used. */
export function openJournal(path: string): Journal {
  const chain = openChain(path);
  return {
    append: (lines) => append(chain, lines),
    head: () => chain.head(journalStream),
    after: (seq) => linesAfter(chain, seq),
    verify: (known) => verifyJournal(chain, journalStream, known),
    [Symbol.dispose]: () => chain[Symbol.dispose](),
  };
}

function append(chain: Chain, lines: Parameters<Journal['append']>[0]): ReturnType<Journal['append']> {
  const entries = lines.map(({ entry }) => entry);
  const bodies = lines.map(({ entry, body }) => besides(entry, body));
  const erase = erasedBy(entries, chain);
  try {
    return chain.append(journalStream, entries, { bodies, erase });
  } catch (cause) {
    throw new OmegaError(`The ledger takes nothing, so nothing was remembered or forgotten: ${messageOf(cause)}`, {
      code: 'E_MEMORY_WRITE',
      hint: 'Make room on the disk, or let Omega write there (npm run doctor looks at both), then try again.',
      cause,
    });
  }
}

/** What is forgotten, and what was merged into that: the same in other words. */
function erasedBy(entries: readonly Entry[], chain: Chain): readonly string[] {
  if (entries.every(({ op }) => op !== 'forget')) return [];
  const families = createFamilies();
  const erased: string[] = [];
  const before = chain.after(journalStream, 0);
  for (const { record } of before) {
    const entry = entryOf(record);
    if (entry !== null) families.add(entry);
  }
  for (const entry of entries) {
    if (entry.op === 'forget') erased.push(...families.of(entry.id));
    families.add(entry);
  }
  return erased;
}

/** The text to lay beside a line, by the record's id. */
function besides(entry: Entry, body: Body | undefined): { name: string; text: string } | null {
  if (entry.op !== 'remember') return null;
  const text = body === undefined ? undefined : textOf(body);
  if (text !== undefined && sha256Of(text) === entry.body) return { name: entry.id, text };
  const what = text === undefined ? 'has no body' : 'has another body than its hash says';
  throw new OmegaError(`Record ${entry.id.slice(0, 8)} ${what}, so nothing was remembered.`, {
    code: 'E_MEMORY_WRITE',
    hint: 'This is a fault of Omega: please report it.',
    permanent: true,
  });
}

function* linesAfter(chain: Chain, seq: number): Generator<JournalLine> {
  for (const link of chain.after(journalStream, seq)) yield lineOf(link);
}

/** A text that is not as it was written is none: {@link Journal.verify} says so, and the others stay. */
function lineOf({ seq, record, body }: Link): JournalLine {
  const entry = entryOf(record);
  const isWhole = body !== null && entry?.op === 'remember' && sha256Of(body) === entry.body;
  return { seq, entry, body: isWhole ? bodyOf(body) : null };
}

function entryOf(record: unknown): Entry | null {
  return EntrySchema.safeParse(record).data ?? null;
}

/** Its hash says that it is what was written. */
function bodyOf(text: string): Body | null {
  return BodySchema.safeParse(JSON.parse(text)).data ?? null;
}

function textOf(body: Body): string {
  return String(canonicalize(body));
}
