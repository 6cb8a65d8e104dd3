import { envelopeError, type SequenceCode } from './errors.ts';
import { noPrev } from './meta.ts';

/** What a reader remembers of a report that it opened. */
export interface Sighting {
  /** The sender's key, as text. */
  readonly sender: string;
  readonly epoch: number;
  readonly seq: number;
  /** The first 32 bytes of the envelope's SHA-512, hex: what the next one's `prev` must be. */
  readonly hash: string;
  readonly prev: string;
  /** RFC 3339: when the next report is due at the latest. */
  readonly nextBy: string;
}

/** All that a reader opened, in the order in which it came. It is JSON as it stands. */
export interface Sequence {
  readonly v: 1;
  readonly seen: readonly Sighting[];
}

/** Reports that a sender made and this reader never saw; `from` is null where an epoch's first is not known. */
export interface Missing {
  readonly sender: string;
  readonly epoch: number;
  readonly from: number | null;
  readonly to: number;
}

/** A reader that opened nothing yet. */
export const emptySequence: Sequence = { v: 1, seen: [] };

/** Remembers a report, and says what its number tells: nothing where all is well. The order of arrival does not matter. */
export function observe(
  sequence: Sequence,
  sighting: Sighting,
): { readonly sequence: Sequence; readonly findings: readonly SequenceCode[] } {
  const epoch = sequence.seen.filter((other) => isOfEpoch(other, sighting));
  const isKnown = epoch.some((other) => other.seq === sighting.seq && other.hash === sighting.hash);
  const findings: SequenceCode[] = [];
  if (isKnown) findings.push('E_REPLAY');
  if (epoch.some((other) => contradict(sighting, other))) findings.push('E_FORK');
  const after = isKnown ? sequence : { v: sequence.v, seen: [...sequence.seen, sighting] };
  if (missing(after).some((gap) => isOfEpoch(gap, sighting) && gap.to === sighting.seq - 1)) findings.push('E_GAP');
  return { sequence: after, findings };
}

/** The gaps in what a reader saw of each sender. What came before its first report was never meant for it. */
export function missing(sequence: Sequence): readonly Missing[] {
  return epochsOf(sequence).flatMap(({ isFirst, seen }) => {
    const sorted = seen.toSorted((a, b) => a.seq - b.seq);
    return sorted.flatMap((one, i) => gapBefore(one, { before: sorted[i - 1], isFirst }));
  });
}

function gapBefore(one: Sighting, at: { before: Sighting | undefined; isFirst: boolean }): Missing[] {
  const gap = { sender: one.sender, epoch: one.epoch, to: one.seq - 1 };
  if (at.before !== undefined) return one.seq - at.before.seq < 2 ? [] : [{ ...gap, from: at.before.seq + 1 }];
  return at.isFirst || one.prev === noPrev ? [] : [{ ...gap, from: null }];
}

/** The newest report of each sender whose next one should have been here by now: `E_OVERDUE`. */
export function overdue(sequence: Sequence, nowMs: number): readonly Sighting[] {
  const newest = new Map<string, Sighting>();
  for (const one of sequence.seen) {
    const other = newest.get(one.sender);
    if (other === undefined || one.epoch > other.epoch || (one.epoch === other.epoch && one.seq > other.seq)) {
      newest.set(one.sender, one);
    }
  }
  return [...newest.values()].filter(({ nextBy }) => Date.parse(nextBy) < nowMs);
}

/** Adds what another device, or this one earlier, wrote down with `JSON.stringify`. @throws OmegaError `E_FORMAT` */
export function importSequence(sequence: Sequence, text: string): Sequence {
  return readSightings(text).reduce((into, sighting) => observe(into, sighting).sequence, sequence);
}

/** Two envelopes under one number, a chain that does not go on from the one before, or two firsts. */
function contradict(one: Sighting, other: Sighting): boolean {
  if (one.seq === other.seq) return one.hash !== other.hash;
  const [earlier, later] = one.seq < other.seq ? [one, other] : [other, one];
  return later.prev === noPrev || (later.seq === earlier.seq + 1 && later.prev !== earlier.hash);
}

function isOfEpoch(one: Pick<Sighting, 'sender' | 'epoch'>, other: Pick<Sighting, 'sender' | 'epoch'>): boolean {
  return one.sender === other.sender && one.epoch === other.epoch;
}

function epochsOf({ seen }: Sequence) {
  const firsts = seen.filter((one, i) => seen.findIndex((other) => isOfEpoch(one, other)) === i);
  return firsts.map((first) => ({
    isFirst: !seen.some(({ sender, epoch }) => sender === first.sender && epoch < first.epoch),
    seen: seen.filter((other) => isOfEpoch(first, other)),
  }));
}

function readSightings(text: string): readonly Sighting[] {
  const value = parsed(text);
  const isState = typeof value === 'object' && value !== null && 'v' in value && value.v === 1 && 'seen' in value;
  if (!isState || !Array.isArray(value.seen)) throw unreadable();
  return value.seen.map((one: unknown) => {
    if (!isSighting(one)) throw unreadable();
    const { sender, epoch, seq, hash, prev, nextBy } = one;
    return { sender, epoch, seq, hash, prev, nextBy };
  });
}

function isSighting(value: unknown): value is Sighting {
  if (typeof value !== 'object' || value === null) return false;
  const { sender, epoch, seq, hash, prev, nextBy }: Partial<Record<keyof Sighting, unknown>> = value;
  const isTime = typeof nextBy === 'string' && !Number.isNaN(Date.parse(nextBy));
  return typeof sender === 'string' && isCount(epoch) && isCount(seq) && isHash(hash) && isHash(prev) && isTime;
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[\da-f]{64}$/.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(); // Where in the text it broke off helps nobody.
  }
}

function unreadable() {
  return envelopeError('E_FORMAT', 'This is not what a reader wrote down of the reports that it opened.');
}
