import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readKeptHead } from '#holding/report/outbox/kept-head.ts';
import { reportStream } from '#holding/report/outbox/ledger.ts';
import { openParcelFiles } from '#holding/report/outbox/parcel-files.ts';
import type { Parcel } from '#holding/report/outbox.ts';
import { createFileAtomic } from '#lib/atomic-file.ts';
import { openChain } from '#lib/chain.ts';
import { messageOf, OmegaError, usageError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { paint, plain, printJson } from './command.ts';
import { nothingSealed, parcelsIn, requireNoMore, seqOf, type Use } from './reports-by-hand.ts';
import { readPlace } from './settings.ts';
import { printTable, when } from './table.ts';

/** What was sealed, the newest first. */
export function listSealed({ limit, json }: { readonly limit: number; readonly json: boolean }): void {
  const parcels = parcelsIn(readPlace().paths).toReversed().slice(0, limit);
  if (json) return printJson(parcels);
  if (parcels.length === 0) return void process.stdout.write(nothingSealed);
  printTable(
    ['number', 'kind', 'sealed', 'state', 'opened', ''],
    parcels.map((one) => [nameOf(one), one.kind, when(one.createdAt), one.state, opened(one), remark(one)]),
  );
}

function nameOf({ seq, plaintext }: Parcel): string {
  return paint('bold', plaintext ? 'unsealed' : String(seq));
}

function opened({ ackedAt }: Parcel): string {
  return ackedAt === null ? '–' : when(ackedAt);
}

function remark({ fault, carriedBy }: Parcel): string {
  if (fault !== null) return paint('red', plain(fault));
  return carriedBy === null ? '' : `by ${carriedBy.courier}`;
}

/** Whether the ledger, its head and each file in the outbox are as they were written; 1 where not. */
export async function verify({ words, values: { json }, signal }: Use): Promise<number> {
  requireNoMore(words, 0);
  const { paths } = readPlace();
  const parcels = parcelsIn(paths);
  const faults = [...ledgerFaults(paths), ...(await fileFaults(paths, parcels, signal))];
  if (json) printJson({ reports: parcels.length, faults });
  else if (faults.length === 0) process.stdout.write(`✓ ${parcels.length} reports, as they were sealed\n`);
  else process.stdout.write(faults.map((one) => `${paint('red', '✗')} ${plain(one)}\n`).join(''));
  return faults.length === 0 ? 0 : 1;
}

function ledgerFaults({ ledgerDb, reportHead }: DataPaths): string[] {
  const head = readKeptHead(reportHead);
  if (typeof head === 'string') return [head];
  if (!existsSync(ledgerDb)) return head === null ? [] : ['there is no ledger, and there was one'];
  using chain = openChain(ledgerDb);
  const verdict = chain.verify(reportStream, head ?? undefined);
  return verdict.ok ? [] : [`the ledger is broken at record ${verdict.brokenAt}: ${verdict.why}`];
}

async function fileFaults(paths: DataPaths, parcels: readonly Parcel[], signal: AbortSignal): Promise<string[]> {
  const files = openParcelFiles(paths.outbox);
  const faults: string[] = [];
  for (const parcel of parcels) {
    signal.throwIfAborted();
    const fault = await files.read(parcel).then(
      () => null,
      (error: unknown) => messageOf(error),
    );
    if (fault !== null) faults.push(`report ${parcel.seq}: ${fault}`);
  }
  return faults;
}

/** What the owner may lack: sealed reports that were never opened, or cannot be sent; 1 where there are any. */
export function gaps({ words, values: { json } }: Use): number {
  requireNoMore(words, 0);
  const lacking = parcelsIn(readPlace().paths).filter(({ ackedAt, plaintext }) => ackedAt === null && !plaintext);
  if (json) printJson(lacking.map(({ seq, kind, state, createdAt }) => ({ seq, kind, state, createdAt })));
  else if (lacking.length === 0) process.stdout.write('✓ every sealed report was opened\n');
  else {
    printTable(
      ['number', 'kind', 'sealed', 'state'],
      lacking.map(({ seq, kind, createdAt, state }) => [seq, kind, when(createdAt), state]),
    );
    process.stdout.write('npm run reports -- resend N sends one again; -- export N lays it into a folder.\n');
  }
  return lacking.length === 0 ? 0 : 1;
}

/** Copies envelopes out of the outbox, as they are. */
export async function exportSealed({ words, values: { out, json }, signal }: Use): Promise<void> {
  requireNoMore(words, 1);
  const { paths } = readPlace();
  const [word = ''] = words;
  const parcels = parcelsIn(paths).filter(
    ({ seq, plaintext }) => !plaintext && (word === 'all' || seq === seqOf(word)),
  );
  if (word === '') throw usageError('Which report?', 'npm run reports -- export N, or all.');
  if (parcels.length === 0)
    throw usageError('There is no such report.', 'npm run reports -- list --sealed shows them.');
  const folder = out === undefined ? paths.reportExports : resolve(out);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const written: string[] = [];
  for (const parcel of parcels) {
    signal.throwIfAborted();
    written.push(await layDown(paths, parcel, folder));
  }
  if (json) printJson(written);
  else process.stdout.write(written.map((path) => `${path}\n`).join(''));
}

async function layDown(paths: DataPaths, parcel: Parcel, folder: string): Promise<string> {
  const path = join(folder, `${String(parcel.seq).padStart(4, '0')}.orp`);
  const bytes = await openParcelFiles(paths.outbox).read(parcel);
  if (await createFileAtomic(path, bytes)) return path;
  if (existsSync(path)) return path; // Laid there before: what has its name is not written over.
  throw new OmegaError(`${path} could not be written.`, { code: 'E_EXPORT' });
}
