import { createHash } from 'node:crypto';
import type { Chain, Head, Link, Verdict } from '#lib/chain.ts';
import { createFamilies } from './families.ts';
import { EntrySchema } from './journal-entry.ts';

/**
 * Reads all of it: the chain, and each text against its hash. Lines that come in meanwhile are read for what they
 * forget, and for nothing else.
 */
export function verifyJournal(chain: Chain, stream: string, known?: Head): Verdict {
  const verdict = chain.verify(stream, known);
  if (!verdict.ok) return verdict;
  const { seq: end } = verdict.head;
  const families = createFamilies();
  const bodies = chain.bodies(stream); // Before the lines: what is written meanwhile has its line below.
  const forgottenAt = new Map<string, number>();
  const texts: { seq: number; id: string; fault: string | null }[] = [];
  for (const link of chain.after(stream, 0)) {
    const entry = EntrySchema.safeParse(link.record).data;
    if (entry === undefined) return broken(link.seq, 'is no line of a memory');
    if (entry.op === 'remember') texts.push({ seq: link.seq, id: entry.id, fault: faultOf(link, entry.body) });
    if (entry.op === 'forget')
      for (const id of families.of(entry.id)) forgottenAt.set(id, forgottenAt.get(id) ?? link.seq);
    families.add(entry);
  }
  const named = new Map(texts.map(({ seq, id }) => [seq, id]));
  for (const { seq, name } of bodies)
    if (named.get(seq) !== name) return broken(seq, 'has a text beside it that is not of its record');
  for (const { seq, id, fault } of texts.filter((text) => text.seq <= end)) {
    const at = forgottenAt.get(id) ?? Infinity;
    if (fault !== null && at === Infinity) return broken(seq, fault);
    if (fault !== gone && at <= end) return broken(seq, 'was forgotten, and its text is still there');
  }
  return verdict;
}

const gone = 'has lost its text, which nobody had forgotten';

function faultOf({ body }: Link, hash: string): string | null {
  if (body === null) return gone;
  return sha256Of(body) === hash ? null : 'has another text than it was written with';
}

function broken(seq: number, what: string): Verdict {
  return { ok: false, brokenAt: seq, why: `number ${seq} ${what}` };
}

/** In hexadecimal digits. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
