import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readKeptHead } from '#holding/report/outbox/kept-head.ts';
import { reportStream } from '#holding/report/outbox/ledger.ts';
import { openParcelFiles } from '#holding/report/outbox/parcel-files.ts';
import type { Parcel } from '#holding/report/outbox.ts';
import { createFileAtomic } from '#lib/atomic-file.ts';
import { openChain } from '#lib/chain.ts';
import { messageOf, usageError } from '#lib/errors.ts';
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
  const ofFiles = await fileFaults(paths, parcels, signal);
  const faults = [...ledgerFaults(paths), ...Array.from(ofFiles, ([seq, fault]) => `report ${seq}: ${fault}`)];
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

/** What is wrong with their files, by the number of the report. */
async function fileFaults(
  paths: DataPaths,
  parcels: readonly Parcel[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, string>> {
  const files = openParcelFiles(paths.outbox);
  const faults = new Map<number, string>();
  for (const parcel of parcels) {
    signal.throwIfAborted();
    const fault = await files.read(parcel).then(
      () => null,
      (error: unknown) => messageOf(error),
    );
    if (fault !== null) faults.set(parcel.seq, fault);
  }
  return faults;
}

/** What the owner may lack: sealed reports never opened, with those that are dead or whose file is lost; 1 where any. */
export async function gaps({ words, values: { json }, signal }: Use): Promise<number> {
  requireNoMore(words, 0);
  const { paths } = readPlace();
  const lacking = parcelsIn(paths).filter(({ ackedAt, plaintext }) => ackedAt === null && !plaintext);
  const faults = await fileFaults(paths, lacking, signal);
  if (json) printJson(lacking.map((one) => ({ ...brief(one), fileFault: faults.get(one.seq) ?? null })));
  else if (lacking.length === 0) process.stdout.write('✓ every sealed report was opened\n');
  else printGaps(lacking, faults);
  return lacking.length === 0 ? 0 : 1;
}

function brief({ seq, kind, state, createdAt }: Parcel): Pick<Parcel, 'seq' | 'kind' | 'state' | 'createdAt'> {
  return { seq, kind, state, createdAt };
}

function printGaps(lacking: readonly Parcel[], faults: ReadonlyMap<number, string>): void {
  printTable(
    ['number', 'kind', 'sealed', 'state', ''],
    lacking.map(({ seq, kind, createdAt, state }) => [
      seq,
      kind,
      when(createdAt),
      state,
      faults.has(seq) ? paint('red', 'its file is lost or damaged') : '',
    ]),
  );
  process.stdout.write('npm run reports -- resend N sends one again; -- export N lays it into a folder.\n');
  if (faults.size > 0) process.stdout.write('Of a lost file a backup of the folder outbox may have a copy.\n');
}

/** Copies envelopes out of the outbox, as they are; 1 where one of them could not be. */
export async function exportSealed({ words, values: { out, json }, signal }: Use): Promise<number> {
  requireNoMore(words, 1);
  const [word] = words;
  if (word === undefined) throw usageError('Which report?', 'npm run reports -- export N, or all.');
  const wanted = word === 'all' ? null : seqOf(word);
  const { paths } = readPlace();
  const parcels = parcelsIn(paths).filter(({ seq, plaintext }) => !plaintext && (wanted === null || seq === wanted));
  if (parcels.length === 0)
    throw usageError('There is no such report.', 'npm run reports -- list --sealed shows them.');
  const folder = out === undefined ? paths.reportExports : resolve(out);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const written: string[] = [];
  const faults: string[] = [];
  for (const parcel of parcels) {
    signal.throwIfAborted();
    await layDown(paths, parcel, folder).then(
      (path) => written.push(path),
      (error: unknown) => faults.push(messageOf(error)),
    );
  }
  if (json) printJson(written);
  else process.stdout.write(written.map((path) => `${path}\n`).join(''));
  process.stderr.write(faults.map((one) => `${paint('red', '✗', process.stderr)} ${plain(one)}\n`).join(''));
  return faults.length === 0 ? 0 : 1;
}

async function layDown(paths: DataPaths, parcel: Parcel, folder: string): Promise<string> {
  const path = join(folder, `${String(parcel.seq).padStart(4, '0')}.orp`);
  const bytes = await openParcelFiles(paths.outbox).read(parcel);
  if (await createFileAtomic(path, bytes)) return path;
  if ((await readFile(path)).equals(bytes)) return path; // Laid there before.
  throw usageError(`${path} is something else, and is not written over: name another folder with --out DIR.`);
}
