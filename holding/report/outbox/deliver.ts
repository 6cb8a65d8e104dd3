import { codeOf, messageOf } from '#lib/errors.ts';
import { orAborted } from '#lib/or-aborted.ts';
import type { Courier, Outbox, Outcome, Parcel } from '../outbox.ts';
import { waitAfter } from './backoff.ts';
import { captionOf } from './caption.ts';
import type { Delivering } from './delivering.ts';
import { exportOverdue } from './export-overdue.ts';
import type { Kept } from './fold.ts';
import { eventOf } from './outcome-event.ts';
import { randomPartOf } from './parcel-files.ts';

/** What nobody takes is not held against every one of those behind it. */
const mostFailuresInARow = 2;

/** Brings what is due, in the order of their numbers, while nobody else does. */
export async function deliverDue(delivering: Delivering, signal: AbortSignal): ReturnType<Outbox['deliver']> {
  const { ledger, clock } = delivering;
  const counts = { accepted: 0, dead: 0 };
  let failures = 0;
  for (const kept of ledger.fold().kept.values()) {
    if (failures >= mostFailuresInARow) break;
    if (!isDue(kept, clock.now())) continue;
    signal.throwIfAborted();
    const outcome = await bring(kept, delivering, signal);
    if (outcome === null) break;
    if (outcome === 'accepted') counts.accepted += 1;
    if (outcome === 'dead') counts.dead += 1;
    failures = outcome === 'failed' ? failures + 1 : 0;
  }
  await exportOverdue(delivering, signal);
  return { ...counts, ...whatWaits(delivering) };
}

/** What was set ahead by a clock that was ahead is due at once. */
function isDue({ parcel, since }: Kept, now: number): boolean {
  return parcel.nextTryAt !== null && (now >= parcel.nextTryAt || now < since);
}

/** Null: no courier takes anything now. */
async function bring(
  kept: Kept,
  delivering: Delivering,
  signal: AbortSignal,
): Promise<'accepted' | 'dead' | 'failed' | null> {
  const { ledger, couriers, holds, clock, log, random } = delivering;
  const { seq } = kept.parcel;
  const courier = couriers.find(({ isReady }) => isReady());
  if (courier === undefined || holds.untilMs(courier.name) > 0) return null;
  const bytes = await bytesOf(kept.parcel, delivering);
  if (typeof bytes === 'string') {
    ledger.append([{ type: 'dead', seq, at: clock.now(), why: bytes }]);
    return 'dead';
  }
  ledger.append([{ type: 'attempting', seq, at: clock.now(), courier: courier.name }]);
  const outcome = await carry(kept, { courier, bytes, delivering }, signal);
  const tried = ledger.fold().kept.get(seq) ?? kept;
  const wait = waitAfter(tried.parcel.attempts, random());
  const event = eventOf(outcome, { kept: tried, courier: courier.name, now: clock.now(), wait });
  ledger.append([event]);
  holds.note(courier.name, outcome);
  if (event.type === 'accepted') return 'accepted';
  log.warn('A report was not taken', { seq, courier: courier.name, outcome: outcome.kind, why: whyOf(outcome) });
  if (outcome.kind === 'wait' || outcome.kind === 'stopped') return null;
  return event.type === 'dead' ? 'dead' : 'failed';
}

/** A text: why it can never be brought. */
async function bytesOf(
  parcel: Parcel,
  { files, plaintext }: Pick<Delivering, 'files' | 'plaintext'>,
): Promise<Uint8Array | string> {
  if (parcel.plaintext && !plaintext.includes(parcel.kind)) return 'its kind may not go out unsealed any more';
  try {
    return await files.read(parcel);
  } catch (error) {
    if (codeOf(error) === 'E_NO_PARCEL') return messageOf(error);
    throw error;
  }
}

async function carry(
  kept: Kept,
  { courier, bytes, delivering }: { courier: Courier; bytes: Uint8Array; delivering: Delivering },
  signal: AbortSignal,
): Promise<Outcome> {
  const { sounds, clock } = delivering;
  const { seq, file, kind } = kept.parcel;
  const load = {
    seq,
    bytes,
    fileName: randomPartOf(file),
    caption: captionOf(kept),
    sound: sounds(kind, clock.now()),
  };
  try {
    return await orAborted(courier.carry(load, signal), signal);
  } catch (error) {
    signal.throwIfAborted(); // Nobody knows whether it arrived: it stays as attempted, and is sent again.
    return { kind: 'unanswered', why: messageOf(error) };
  }
}

function whyOf(outcome: Outcome): string {
  return 'why' in outcome ? outcome.why : '';
}

function whatWaits({ ledger, couriers, holds, clock }: Delivering): { waiting: number; nextTryAt: number | null } {
  const now = clock.now();
  const waiting = [...ledger.fold().kept.values()].filter(({ parcel }) => parcel.nextTryAt !== null);
  const courier = couriers.find(({ isReady }) => isReady());
  const heldUntil = courier === undefined ? now : now + holds.untilMs(courier.name);
  const times = waiting.map((kept) => (isDue(kept, now) ? now : (kept.parcel.nextTryAt ?? now)));
  return {
    waiting: waiting.length,
    nextTryAt:
      times.length === 0
        ? null
        : Math.max(
            heldUntil,
            times.reduce((one, other) => Math.min(one, other)),
          ),
  };
}
