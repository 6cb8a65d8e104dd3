import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '#holding/report/outbox/ledger.ts';
import { sha512Of } from '#holding/report/outbox/parcel-files.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';
import { readSealedReport } from '../../scripts/sealed-report.ts';
import { temporaryFolder } from '../support/site.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let paths: DataPaths;
const bytes = Buffer.from('an envelope');

beforeEach(async () => {
  folder = await temporaryFolder();
  paths = dataPaths({ dataDir: folder.path });
  await mkdir(paths.outbox);
  await writeFile(join(paths.outbox, '7-abc.orp'), bytes);
});

afterEach(() => folder[Symbol.asyncDispose]());

function record(seq: number, plaintext = false): void {
  using ledger = openLedger(paths.ledgerDb);
  const sealed = {
    type: 'sealed',
    seq,
    epoch: 1,
    id: 'x',
    ref: `digest/${seq}`,
    kind: 'digest',
    at: 1,
    nextBy: 2,
  } as const;
  const file = { bytes: bytes.length, sha512: sha512Of(bytes), file: '7-abc.orp', recipients: 1, plaintext };
  ledger.append([{ ...sealed, ...file, receipt: 'ABCDEFGH', part: null, tally: '', language: 'en' }]);
}

test('a report that the ledger has is read from the outbox', async () => {
  record(7);
  expect(Buffer.from((await readSealedReport(paths, 7)) ?? [])).toEqual(bytes);
});

test('what lies in the outbox beside the ledger is not handed out', async () => {
  record(8);
  expect(await readSealedReport(paths, 7)).toBeNull();
});

test('what went out unsealed is no sealed report', async () => {
  record(7, true);
  expect(await readSealedReport(paths, 7)).toBeNull();
});

test('a file that is not what was sealed is not handed out', async () => {
  record(7);
  await writeFile(join(paths.outbox, '7-abc.orp'), 'another one');
  await expect(readSealedReport(paths, 7)).rejects.toMatchObject({ code: 'E_NO_PARCEL' });
});

test('to look for one makes no ledger', async () => {
  expect(await readSealedReport(paths, 7)).toBeNull();
  expect(existsSync(paths.ledgerDb)).toBe(false);
});
