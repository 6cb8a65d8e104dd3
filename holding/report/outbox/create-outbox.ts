import { join } from 'node:path';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { sayIn } from '#lib/language.ts';
import type { Outbox, OutboxStanding } from '../outbox.ts';
import { createAcknowledge } from './acknowledge.ts';
import { createCourierHolds } from './courier-holds.ts';
import { deliverDue } from './deliver.ts';
import type { Delivering } from './delivering.ts';
import { createExportCourier } from './export-courier.ts';
import { openLedger, type Ledger } from './ledger.ts';
import type { OutboxOptions } from './outbox-options.ts';
import { noParcel, openParcelFiles } from './parcel-files.ts';
import { pruneFiles } from './prune.ts';
import { createSealer, type Sealer } from './sealer.ts';
import { standingOf, unknownStanding } from './standing.ts';
import { exclusiveBy } from './write-lock.ts';

const hourMs = 3_600_000;

/**
 * The outbox over these files. Nothing is opened before it is asked for something: a ledger that cannot be used is the
 * trouble of whoever asks, and is told by its standing.
 */
export function createOutbox(options: OutboxOptions): Outbox & Disposable {
  const { paths, clock, acknowledgeWithinMs = 48 * hourMs } = options;
  let opened: Ledger | null = null;
  const ledger = (): Ledger => (opened ??= openLedger(paths.ledgerDb));
  const files = openParcelFiles(paths.outbox);
  const exporter = createExportCourier(paths.reportExports);
  const holds = createCourierHolds(clock);
  const aloneSealing = exclusiveBy(join(paths.run, 'report-seal.lock'), clock);
  const aloneSending = exclusiveBy(join(paths.run, 'report-send.lock'), clock);
  const sealer = createSealer({ options, ledger, files, exporter, alone: aloneSealing });
  const delivering = (): Delivering => ({
    sounds: (kind) => kind === 'incident',
    random: Math.random,
    ...options,
    couriers: [...options.couriers, exporter],
    acknowledgeWithinMs,
    ledger: ledger(),
    files,
    exporter,
    holds,
  });
  const faultOf = (): string | null => options.keys.fault ?? sealer.fault() ?? holds.fault();
  return {
    ...sealerMethods(sealer),
    deliver: (signal) => aloneSending(() => deliverDue(delivering(), signal), signal),
    acknowledge: createAcknowledge(ledger, clock),
    resend: (which) => resend(which, ledger(), clock.now()),
    parcels: () => [...ledger().fold().kept.values()].map(({ parcel }) => parcel),
    find: (seq) => ledger().fold().kept.get(seq)?.parcel ?? null,
    read: async (seq) => {
      const kept = ledger().fold().kept.get(seq);
      if (kept === undefined) throw noParcel(`There is no report ${seq}`);
      return files.read(kept.parcel);
    },
    standing: () => standing({ options, ledger, heldBack: sealer.heldBack(), fault: faultOf(), acknowledgeWithinMs }),
    prune: (signal) =>
      aloneSealing(() => pruneFiles({ ledger: ledger(), files, headPath: paths.reportHead, clock }, signal), signal),
    [Symbol.dispose]: () => opened?.[Symbol.dispose](),
  };
}

function sealerMethods({
  sealDue,
  seal,
  sealRef,
  rotate,
}: Sealer): Pick<Outbox, 'sealDue' | 'seal' | 'sealRef' | 'rotate'> {
  return { sealDue, seal, sealRef, rotate };
}

/** Returns how many are on their way again. What is on its way already is tried at once. */
function resend(which: number | 'dead', ledger: Ledger, at: number): number {
  const parcels = [...ledger.fold().kept.values()].map(({ parcel }) => parcel);
  const chosen = parcels.filter(({ seq, state }) => (which === 'dead' ? state === 'dead' : seq === which));
  if (chosen.length > 0) ledger.append(chosen.map(({ seq }) => ({ type: 'again', seq, at })));
  return chosen.length;
}

interface Standing {
  readonly options: OutboxOptions;
  readonly ledger: () => Ledger;
  readonly heldBack: number;
  readonly fault: string | null;
  readonly acknowledgeWithinMs: number;
}

function standing({ options, ledger, heldBack, fault, acknowledgeWithinMs }: Standing): OutboxStanding {
  const { keys, plaintext, language, clock } = options;
  const recipients = keys.fault === null ? keys.recipients.length : 0;
  const beside = { recipients, plaintext, heldBack, fault, acknowledgeWithinMs, now: clock.now() };
  try {
    const counted = standingOf(ledger(), beside);
    const unreadable = ledger().unreadable();
    if (unreadable === 0 || counted.fault !== null) return counted;
    const told = {
      en: `${unreadable} records of the ledger of reports cannot be read`,
      nl: `${unreadable} regels van het rapportenlogboek zijn onleesbaar`,
    };
    return { ...counted, fault: sayIn(language)(told) };
  } catch (error) {
    if (error instanceof OmegaError) return unknownStanding({ ...beside, fault: messageOf(error) });
    throw error;
  }
}
