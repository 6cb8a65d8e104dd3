import { fromTheWeb, type Admitted } from './admit.ts';
import { alikeOf, type Alike } from './alike.ts';
import type { Write } from '../books.ts';
import type { FindEcho } from './echo.ts';
import type { Receipt } from '../memory.ts';
import { originOf } from './origin.ts';
import type { Kind, MemoryRecord } from '../record.ts';
import type { Shelf } from '../shelf/shelf.ts';
import { isAsTrusted, mayTakePlaceOf } from './trust.ts';
import { writeRecord } from './write-record.ts';

export interface Deciding {
  readonly shelf: Shelf;
  readonly write: Write;
  readonly findEcho: FindEcho;
  readonly now: number;
  /** How many records there are, more or less. */
  readonly size: number;
}

/** What states how things are, rather than what happened or was learnt: only there a newer version is seen by itself. */
const stating: ReadonlySet<Kind> = new Set(['fact', 'decision', 'mandate']);

/** What becomes of a record that was admitted, and its lines in the journal. */
export function decide(admitted: Admitted, deciding: Deciding): Receipt {
  const { record } = admitted;
  const { shelf } = deciding;
  if (shelf.isForgotten(record.id)) return receipt(admitted, { outcome: 'forgotten', reason: 'it was forgotten once' });
  const heard = deciding.findEcho(record);
  if (heard !== null)
    return receipt(admitted, { outcome: 'echo', id: heard.id, reason: 'its run was told this by a recall' });
  const known = shelf.get(record.id);
  if (known !== null) return tellAgain(admitted, { known, outcome: 'double', ...deciding });
  const statuses = ['active', 'quarantined'] as const;
  const found = alikeOf({ ...record, statuses, size: deciding.size }, shelf);
  const alike = found.filter(({ record: { validTo } }) => validTo === null || validTo > record.validFrom);
  const told = alike.find(({ record: other, is }) => is === 'same' && mayCountFor(admitted, other));
  if (told !== undefined) return tellAgain(admitted, { known: told.record, outcome: 'near-double', ...deciding });
  const outdated = alike.filter((other) => isOutdated(admitted, other)).map(({ record: old }) => old.id);
  return keep(admitted, { outdated, ...deciding });
}

/** What is not suspect never disappears behind what is; and the owner's own words stand for themselves. */
function mayCountFor({ record, suspicion }: Admitted, known: MemoryRecord): boolean {
  if (record.supersedes.includes(known.id) || (record.trust === 'owner' && known.trust !== 'owner')) return false;
  return known.status === 'active' || suspicion !== null || isConfirmedBy({ record, suspicion }, known);
}

function isOutdated({ record, suspicion }: Admitted, { record: old, is }: Alike): boolean {
  const { trust, validFrom, kind } = record;
  if (suspicion !== null || !mayTakePlaceOf({ trust }, old) || !isAsTrusted(trust, old.trust)) return false;
  return is === 'same' || (stating.has(kind) && validFrom >= old.validFrom);
}

interface Telling extends Deciding {
  readonly known: MemoryRecord;
  readonly outcome: 'double' | 'near-double';
}

/** Counts it up, and has it stand again where it ended, was in doubt, or was replaced by what holds no more. */
function tellAgain(admitted: Admitted, { known, outcome, shelf, write, now }: Telling): Receipt {
  const { record } = admitted;
  const replaced = outcome === 'double' ? returningOver(admitted, known, shelf) : null;
  const { supersedes, refused } = placesOf(admitted, shelf);
  const taken = [...supersedes, ...(replaced ?? [])].filter((id) => !known.supersedes.includes(id) && id !== known.id);
  if (taken.length > 0) writeRecord({ ...known, supersedes: taken }, { write, origin: originOf(record) });
  else write({ op: 'told', id: known.id, at: now, origin: originOf(record) });
  const isConfirmed = known.status === 'quarantined' && isConfirmedBy(admitted, known);
  if (isConfirmed) write({ op: 'revise', id: known.id, at: now, status: 'active' });
  const isOver = known.validTo !== null && known.validTo <= record.validFrom && known.supersededBy === null;
  if (isOver) write({ op: 'revise', id: known.id, at: now, validTo: record.validTo });
  const why = isConfirmed
    ? 'a second source says the same: it left quarantine'
    : reasonOf(known, { outcome, replaced });
  const reason = [why, ...whyRefused(refused, admitted)].join('; ');
  return receipt(admitted, { id: known.id, outcome, superseded: taken, reason });
}

/** Said anew after something took its place, and not by the source or the run that said it first: it holds again. */
function returningOver({ record, suspicion }: Admitted, known: MemoryRecord, shelf: Shelf): readonly string[] | null {
  const newest = newestOver(known, shelf);
  if (newest === null || suspicion !== null || record.validFrom <= newest.validFrom) return null;
  const { ref, type, runId } = record.source;
  const isSameSource = ref !== null && ref === known.source.ref && type === known.source.type;
  if (isSameSource || (runId !== null && runId === known.source.runId)) return null;
  return mayTakePlaceOf(record, newest) && isAsTrusted(record.trust, newest.trust) ? [newest.id] : null;
}

function newestOver(known: MemoryRecord, shelf: Shelf): MemoryRecord | null {
  const seen = new Set<string>();
  let newest: MemoryRecord | null = null;
  for (let next = known.supersededBy; next !== null && !seen.has(next); next = newest?.supersededBy ?? null) {
    seen.add(next);
    newest = shelf.get(next) ?? newest;
  }
  return newest;
}

function reasonOf(
  { status, suspicion }: MemoryRecord,
  { outcome, replaced }: { readonly outcome: Telling['outcome']; readonly replaced: readonly string[] | null },
): string {
  const same = outcome === 'double' ? 'it was remembered before' : 'it says what was remembered before';
  if (replaced !== null) return `${same}, and holds again`;
  if (status === 'quarantined') return `${same}, and is in quarantine: ${suspicion ?? 'it was put there'}`;
  return status === 'superseded' ? `${same}, and something newer took its place` : same;
}

/** Two sites, or the owner; never where a text gives orders. */
function isConfirmedBy({ record, suspicion }: Pick<Admitted, 'record' | 'suspicion'>, known: MemoryRecord): boolean {
  if (record.trust === 'owner') return true;
  const isHarmless = known.suspicion === fromTheWeb && (suspicion === null || suspicion === fromTheWeb);
  const [first, second] = [originOf(known), originOf(record)];
  return isHarmless && first !== '' && second !== '' && first !== second;
}

/** What is in quarantine takes the place of others only when it leaves it: the shelf sees to that. */
function keep(admitted: Admitted, { outdated, shelf, write }: Deciding & { readonly outdated: string[] }): Receipt {
  const { record, suspicion } = admitted;
  const { supersedes: asked, refused } = placesOf(admitted, shelf);
  const supersedes = [...new Set([...asked, ...outdated])];
  const status = suspicion === null ? 'active' : 'quarantined';
  writeRecord({ ...record, supersedes, suspicion, status }, { write, origin: originOf(record) });
  const reasons = [...(suspicion === null ? [] : [suspicion]), ...whyRefused(refused, admitted)];
  return receipt(admitted, {
    outcome: suspicion === null ? 'remembered' : 'quarantined',
    superseded: suspicion === null ? supersedes : [],
    reason: reasons.length === 0 ? null : reasons.join('; '),
  });
}

/** Whose place it was said to take, and where it may not. */
function placesOf({ record }: Admitted, shelf: Shelf): { readonly supersedes: string[]; readonly refused: string[] } {
  const asked = record.supersedes.filter((id) => !shelf.isForgotten(id));
  const refused = asked.filter((id) => {
    const older = shelf.get(id);
    return older !== null && !mayTakePlaceOf(record, older);
  });
  return { supersedes: asked.filter((id) => !refused.includes(id)), refused };
}

function whyRefused(ids: readonly string[], { record }: Admitted): string[] {
  if (ids.length === 0) return [];
  const why = record.trust === 'web' ? 'what is from the web replaces nothing' : 'that is the owner’s own word';
  return [`it does not take the place of ${ids.map((id) => id.slice(0, 8)).join(', ')}: ${why}`];
}

function receipt({ record, redacted }: Admitted, change: Partial<Receipt> & Pick<Receipt, 'outcome'>): Receipt {
  return { id: record.id, superseded: [], redacted, reason: null, ...change };
}
