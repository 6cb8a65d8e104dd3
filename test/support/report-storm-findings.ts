import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviceKey, open, senderOf, type Opened } from '#holding/report/envelope.ts';
import { emptySequence, observe } from '#holding/report/envelope/sequence.ts';
import { reportStream } from '#holding/report/outbox/ledger.ts';
import { openChain } from '#lib/chain.ts';
import { dataPaths } from '#lib/paths.ts';
import { canary, openStormOutbox, refOf, type SenderTask } from './report-sender.ts';

/** What was found once a storm of reports was over. */
export interface ReportFindings {
  /** Refs of which the owner has no report that can be opened. */
  readonly lost: readonly string[];
  /** Refs that were sealed more than once. */
  readonly sealedTwice: readonly string[];
  /** What the owner’s reader warns of, once all doubles are out: gaps and forks. */
  readonly warnings: readonly string[];
  /** What is amiss with the ledger, and reports that are not acknowledged by the bot in it. */
  readonly faults: readonly string[];
  /** Files that hold a word of a report in the open. */
  readonly leaks: readonly string[];
  /** Files that a kill left, and that were cleared away. */
  readonly strays: number;
}

interface Inspected {
  readonly task: SenderTask;
  /** What the owner’s phone got. */
  readonly seen: readonly { readonly bytes: Uint8Array }[];
  readonly secretKey: Uint8Array;
}

/** Looks at the ledger, at the outbox, and at what the owner got, as the owner’s reader does. */
export async function inspectReports({ task, seen, secretKey }: Inspected): Promise<ReportFindings> {
  const paths = dataPaths({ dataDir: task.folder });
  using outbox = openStormOutbox(task, []);
  const refs = Array.from({ length: task.reports }, (_, i) => refOf(i + 1));
  const parcels = outbox.parcels();
  const opened = await openAll(seen, secretKey);
  const got = new Set([...opened.values()].map(({ body }) => titleOf(body)));
  const unsettled = parcels.filter(({ state }) => state !== 'accepted').map(({ seq, state }) => `#${seq} is ${state}`);
  const strangers = [...opened.values()].filter(({ meta }) => outbox.find(meta.seq)?.id !== meta.id);
  return {
    lost: refs.filter((ref) => !got.has(ref)),
    sealedTwice: refs.filter((ref) => parcels.filter((parcel) => parcel.ref === ref).length !== 1),
    warnings: warningsOf([...opened.values()]),
    faults: [
      ...chainFaults(paths.ledgerDb),
      ...unsettled,
      ...strangers.map(({ meta }) => `#${meta.seq} is in no ledger`),
    ],
    leaks: leaksIn(task.folder),
    strays: await outbox.prune(new AbortController().signal),
  };
}

/** By their hash: doubles are one. */
async function openAll(seen: Inspected['seen'], secretKey: Uint8Array): Promise<ReadonlyMap<string, Opened>> {
  const keys = [deviceKey(secretKey)];
  const [first] = seen;
  const senders = first === undefined ? [] : [await senderOf(first.bytes, keys)]; // As the reader pins it.
  const all = await Promise.all(seen.map(({ bytes }) => open(bytes, { keys, senders })));
  return new Map(all.map((opened) => [opened.sha512, opened]));
}

function titleOf(body: Uint8Array): string {
  return /<title>(.*)<\/title>/.exec(Buffer.from(body).toString())?.[1] ?? '';
}

/** In the order of their numbers, as they are once all came. */
function warningsOf(opened: readonly Opened[]): string[] {
  let sequence = emptySequence;
  return opened
    .toSorted((one, other) => one.meta.seq - other.meta.seq)
    .flatMap(({ meta, sha512 }) => {
      const { epoch, seq, prev, nextBy } = meta;
      const told = observe(sequence, { sender: 'omega', epoch, seq, prev, nextBy, hash: sha512.slice(0, 64) });
      ({ sequence } = told);
      return told.findings.map((finding) => `#${seq}: ${finding}`);
    });
}

function chainFaults(path: string): string[] {
  using chain = openChain(path);
  const verdict = chain.verify(reportStream);
  return verdict.ok ? [] : [verdict.why];
}

/** In whatever lies in the folder: outbox, ledger, keys. */
function leaksIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.includes('/compiled/'));
  return paths.filter((path) => readFileSync(path).includes(canary));
}
