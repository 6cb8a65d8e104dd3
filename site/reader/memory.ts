import { missing, emptySequence, observe, type Sequence } from '#holding/report/envelope/sequence.ts';
import type { Language } from '#lib/language.ts';
import { senderText, type OpenedFile } from './open-file.ts';
import type { Store } from './store.ts';

/** What this device remembers of reports: never a word of what is in them. */
export interface Memory {
  readonly v: 1;
  /** Null: the browser's. */
  readonly language: Language | null;
  /** Senders that the owner compared. */
  readonly trusted: readonly Trusted[];
  /** What was opened, the newest number first. */
  readonly reads: readonly Read[];
  readonly sequence: Sequence;
}

export interface Trusted {
  /** Its public key as text. */
  readonly key: string;
  readonly since: number;
}

export interface Read {
  readonly seq: number;
  readonly kind: string;
  readonly created: string;
  /** To acknowledge it with. */
  readonly receipt: string;
}

const mostReads = 200;
const nothing: Memory = { v: 1, language: null, trusted: [], reads: [], sequence: emptySequence };
const storedAs = 'memory';

/** What was kept; nothing where there is none of this version. */
export async function readMemory(store: Store): Promise<Memory> {
  return memoryOf(await store.get(storedAs));
}

function memoryOf(kept: unknown): Memory {
  return isMemory(kept) ? kept : nothing;
}

/** Only this page writes it. */
function isMemory(kept: unknown): kept is Memory {
  return typeof kept === 'object' && kept !== null && 'v' in kept && kept.v === nothing.v;
}

/** Changes what is remembered, also by another tab meanwhile; null: this device could not keep it. */
export function changeMemory(store: Store, change: (memory: Memory) => Memory): Promise<Memory | null> {
  return store.change(storedAs, (kept) => change(memoryOf(kept)));
}

/** Remembers a report that was opened, and says what its number tells. */
export function noted(memory: Memory, file: OpenedFile): { readonly memory: Memory; readonly file: OpenedFile } {
  const { meta, sender, sha512, receipt } = file.report;
  const { seq, epoch, prev, nextBy, kind, created } = meta;
  const hash = sha512.slice(0, 64);
  const seen = observe(memory.sequence, { sender: senderText(sender), epoch, seq, hash, prev, nextBy });
  const notices = seen.findings.map((code) => ({
    code,
    numbers: code === 'E_GAP' ? gapBefore(seen.sequence, senderText(sender), seq) : '',
  }));
  const others = memory.reads.filter((read) => read.receipt !== receipt);
  const reads = [...others, { seq, kind, created, receipt }].toSorted((a, b) => b.seq - a.seq).slice(0, mostReads);
  return { memory: { ...memory, reads, sequence: seen.sequence }, file: { ...file, notices } };
}

/** Which ones are missing before this one; nothing where it is not known which was the first. */
function gapBefore(sequence: Sequence, sender: string, seq: number): string {
  const gap = missing(sequence).find((one) => one.sender === sender && one.to === seq - 1);
  if (gap === undefined || gap.from === null) return '';
  return gap.from === gap.to ? `#${gap.to}: ` : `#${gap.from}–${gap.to}: `;
}
