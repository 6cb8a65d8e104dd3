import type { Words } from '#lib/language.ts';
import type { Parcel, ParcelState } from '../../report/outbox.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Making } from './page.ts';
import type { Moment } from './wording.ts';

/** What was sealed and sent, as the page of the reports draws it: never a text or a title of one. */
export interface SealedView {
  /** Null: could not be asked. */
  readonly outbox: Snapshot['outbox'];
  /** The newest first; null: could not be read. */
  readonly rows: readonly ParcelRow[] | null;
  /** How many older ones are not listed. */
  readonly older: number;
  /** SHA-256 of the reader as one file, hex; null: not known. */
  readonly readerSha256: string | null;
}

export interface ParcelRow {
  /** Below 0: it went out unsealed. */
  readonly seq: number;
  readonly at: Moment;
  readonly kind: string;
  readonly state: 'up' | 'degraded' | 'down' | 'unknown';
  readonly stateWord: string;
  readonly acked: Moment | null;
  /** Why the last attempt failed; null: it did not. */
  readonly fault: string | null;
}

const shownParcels = 60;

/** The view of what was sealed. */
export function sealedView({ snapshot, sources, moment, say }: Making): SealedView {
  const source = sources.sealed?.() ?? null;
  const parcels = source?.parcels.toSorted((a, b) => b.createdAt - a.createdAt || b.seq - a.seq) ?? null;
  const row = ({ seq, createdAt, kind, state, ackedAt, fault, plaintext }: Parcel): ParcelRow => ({
    seq,
    at: moment(createdAt),
    kind: say(kindWords[kind]),
    state: shapes[state],
    stateWord: say(plaintext && state === 'accepted' ? unsealed : parcelWords[state]),
    acked: ackedAt === null ? null : moment(ackedAt),
    fault: state === 'acked' ? null : fault,
  });
  return {
    outbox: snapshot.outbox,
    rows: parcels?.slice(0, shownParcels).map(row) ?? null,
    older: Math.max(0, (parcels?.length ?? 0) - shownParcels),
    readerSha256: source?.readerSha256 ?? null,
  };
}

const kindWords: Readonly<Record<Parcel['kind'], Words>> = {
  trend: { en: 'Trends', nl: 'Trends' },
  digest: { en: 'Daily digest', nl: 'Dagbericht' },
  incident: { en: 'Incident', nl: 'Storing' },
  canary: { en: 'First report', nl: 'Eerste rapport' },
};

const parcelWords: Readonly<Record<ParcelState, Words>> = {
  sealed: { en: 'To be sent', nl: 'Te versturen' },
  attempting: { en: 'Being sent', nl: 'Onderweg' },
  accepted: { en: 'Sent', nl: 'Verstuurd' },
  acked: { en: 'Acknowledged', nl: 'Bevestigd' },
  dead: { en: 'Refused', nl: 'Geweigerd' },
};
const unsealed = { en: 'Unsealed', nl: 'Onverzegeld' };

/** Green is only what was opened: what was sent may lie unread. */
const shapes: Readonly<Record<ParcelState, ParcelRow['state']>> = {
  sealed: 'unknown',
  attempting: 'unknown',
  accepted: 'unknown',
  acked: 'up',
  dead: 'down',
};
