import { z } from 'zod';
import { admit, fromTheWeb, type Admitted } from './admit.ts';
import { catchUp, writeInBooks, type Write } from '../books.ts';
import { inputFault, requireRecords } from './find.ts';
import type { Receipt, Revision } from '../memory.ts';
import { originOf } from './origin.ts';
import type { MemoryRecord } from '../record.ts';
import type { Remembering } from './remember.ts';
import type { Shelf } from '../shelf/shelf.ts';
import { writeRecord } from './write-record.ts';

const latest = 8.64e15;

const Changes = z.object({
  text: z.string().optional(),
  importance: z.number().min(1).max(10).optional(),
  validTo: z.number().int().min(0).max(latest).nullable().optional(),
  status: z.enum(['active', 'quarantined']).optional(),
  why: z.string().trim().min(1, 'must be said, in a few words').max(2000),
});

/** Changes a record in place, or has a new text take its place. */
export function revise(id: string, revision: Revision, remembering: Remembering): Receipt {
  const changes = soundChanges(revision);
  const { books } = remembering;
  catchUp(books);
  const receipt = writeInBooks(books, (write) => {
    const [old] = requireRecords([id], books.shelf);
    if (old === undefined) throw inputFault('There is no such record', 'npm run memory -- recall finds records.');
    if (old.status === 'superseded' && (changes.text !== undefined || changes.status !== undefined))
      throw inputFault(
        'Something newer took its place',
        `Revise that one: ${old.supersededBy?.slice(0, 12) ?? 'its newer version'}.`,
      );
    if (changes.validTo !== undefined && changes.validTo !== null && changes.validTo < old.validFrom)
      throw inputFault('It cannot end before it began', 'validTo has to be after validFrom.');
    const admitted =
      changes.text === undefined ? null : admitText(old, { ...changes, text: changes.text }, remembering);
    if (admitted === null || admitted.record.id === old.id)
      return reviseInPlace(old, changes, { write, ...remembering });
    return replace(old, admitted, { changes, write, ...remembering });
  });
  books.log.info('Revised', { id: receipt.id, why: changes.why });
  return receipt;
}

function soundChanges(revision: Revision): z.infer<typeof Changes> {
  const parsed = Changes.safeParse(revision);
  if (!parsed.success)
    throw inputFault(
      `The record was not revised: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`,
      'Mend it and try again.',
    );
  const { why: _, ...changes } = parsed.data;
  if (Object.values(changes).every((value) => value === undefined))
    throw inputFault('There is nothing to revise', 'Give a text, an importance, an end or a status.');
  return parsed.data;
}

type Sound = z.infer<typeof Changes>;

/** By whom it was said, and from where, stays: a revision is a better wording of the same. */
function admitText(
  old: MemoryRecord,
  { text, importance, validTo }: Sound & { text: string },
  remembering: Remembering,
): Admitted {
  const { kind, unit, source, trust } = old;
  const now = remembering.clock.now();
  const [admitted] = admit([{ kind, unit, text, source, trust, importance: importance ?? old.importance, validTo }], {
    units: remembering.units,
    secrets: remembering.secrets,
    now,
  });
  if (admitted === undefined) throw inputFault('The text was not admitted', 'Give another one.');
  return admitted;
}

interface Revising extends Remembering {
  readonly write: Write;
}

function reviseInPlace(old: MemoryRecord, { importance, validTo, status }: Sound, { write, clock }: Revising): Receipt {
  const change = {
    ...(importance === undefined ? {} : { importance }),
    ...(validTo === undefined ? {} : { validTo }),
    ...(status === undefined ? {} : { status }),
  };
  if (Object.keys(change).length > 0) write({ op: 'revise', id: old.id, at: clock.now(), ...change });
  const isQuarantined = (status ?? old.status) === 'quarantined';
  return receiptOf(old.id, {
    outcome: isQuarantined ? 'quarantined' : 'remembered',
    reason: isQuarantined ? old.suspicion : null,
  });
}

/** What was in use stays so, unless the new text gives orders: whoever revises has looked at it. */
function replace(old: MemoryRecord, admitted: Admitted, revising: Revising & { readonly changes: Sound }): Receipt {
  const { books, write, changes, clock } = revising;
  const { record, redacted } = admitted;
  if (books.shelf.isForgotten(record.id))
    return receiptOf(old.id, {
      outcome: 'forgotten',
      redacted,
      reason: 'the new text was forgotten once, so nothing was changed',
    });
  const known = books.shelf.get(record.id);
  const isHeld = known !== null && (known.status === 'quarantined' || known.suspicion !== null);
  const doubts = [admitted.suspicion, isHeld ? (known.suspicion ?? 'it was put there') : null];
  const suspicion = doubts.find((doubt) => doubt !== null && (doubt !== fromTheWeb || old.status === 'quarantined'));
  const isActive = changes.status === 'active' || (suspicion === undefined && changes.status !== 'quarantined');
  const held = {
    status: isActive ? 'active' : 'quarantined',
    suspicion: isActive ? null : (suspicion ?? null),
  } as const;
  writeRecord({ ...record, supersedes: [old.id], ...held }, { write, origin: originOf(record) });
  if (isHeld && isActive) write({ op: 'revise', id: record.id, at: clock.now(), status: 'active' });
  return receiptOf(record.id, { ...became(record.id, { old, known, shelf: books.shelf }), redacted });
}

/** As it stands now: a text that was there before stays as it stood, unless it was let out. */
function became(
  id: string,
  { old, known, shelf }: { old: MemoryRecord; known: MemoryRecord | null; shelf: Pick<Shelf, 'get'> },
): Pick<Receipt, 'outcome' | 'superseded' | 'reason'> {
  const now = shelf.get(id);
  const superseded = shelf.get(old.id)?.supersededBy === id ? [old.id] : [];
  if (now?.status === 'quarantined') return { outcome: 'quarantined', superseded, reason: now.suspicion };
  return { outcome: known === null ? 'remembered' : 'double', superseded, reason: null };
}

function receiptOf(id: string, change: Partial<Receipt> & Pick<Receipt, 'outcome'>): Receipt {
  return { id, superseded: [], redacted: 0, reason: null, ...change };
}
