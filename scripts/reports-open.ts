import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import nacl from 'tweetnacl';
import {
  deviceKey,
  fingerprint,
  open as openEnvelope,
  parseSecretKey,
  parseSigningKey,
  senderOf,
  signingKeyText,
} from '#holding/report/envelope.ts';
import { codeWords } from '#holding/report/envelope/words.ts';
import { envelopeCodeOf } from '#holding/report/envelope/errors.ts';
import { noPrev } from '#holding/report/envelope/meta.ts';
import { parseRecipients } from '#holding/report/envelope/recipients.ts';
import { nativeSha512 } from '#holding/report/native-sha512.ts';
import { sealAside } from '#holding/report/seal-thread.ts';
import { createFileAtomic } from '#lib/atomic-file.ts';
import { messageOf, OmegaError, usageError } from '#lib/errors.ts';
import { plain, printJson } from './command.ts';
import { readReportKeys } from './report-keys.ts';
import { requireNoMore, type Use } from './reports-by-hand.ts';
import { readSettings } from './settings.ts';

const mostEnvelopeBytes = 20 * 1024 * 1024;

/** Opens an envelope, on any machine: it needs a secret key's file and nothing of Omega's. */
export async function open({ words, values }: Use): Promise<void> {
  requireNoMore(words, 1);
  const [file] = words;
  const { key: keyFile, sender: senderText, json } = values;
  if (file === undefined || keyFile === undefined)
    throw usageError('Which report, and which key?', 'npm run reports -- open FILE.orp --key SECRETFILE');
  const bytes = await readBounded(file);
  const device = deviceKey(parseSecretKey((await readBounded(keyFile)).toString('utf8').trim()));
  try {
    const sender = senderText === undefined ? await senderOf(bytes, [device]) : parseSigningKey(senderText);
    const opened = await openEnvelope(bytes, { keys: [device], senders: [sender] }, { sha512: nativeSha512 });
    const path = await keep(opened.body, values.out ?? basename(opened.meta.name));
    const told = { ...opened.meta, receipt: opened.receipt, sender: signingKeyText(opened.sender), file: path };
    if (json) return printJson(told);
    const trust =
      senderText === undefined ? '; compare it: npm run reports -- keys list on the machine that sealed' : '';
    process.stdout.write(`✓ report ${opened.meta.seq} (${plain(opened.meta.kind)}) of ${opened.meta.created}
  its sender: ${fingerprint(opened.sender)}${trust}
  opened into ${path}
  to say so: /ack ${opened.meta.seq} ${opened.receipt}
`);
  } catch (error) {
    throw inWords(error);
  }
}

/** What its code means, and what to do. */
function inWords(error: unknown): unknown {
  const code = envelopeCodeOf(error);
  if (code === undefined) return error;
  return new OmegaError(`${code}: ${messageOf(error)}`, { code, hint: codeWords[code].en, permanent: true });
}

/**
 * Seals any file by hand, outside of the ledger: it is signed by a key that is made for it alone, so that no number of
 * Omega's own reports is taken.
 */
export async function seal({ words, values, signal }: Use): Promise<void> {
  requireNoMore(words, 1);
  const [file] = words;
  if (file === undefined) throw usageError('Which file?', 'npm run reports -- seal FILE [--to KEY] [--out FILE.orp]');
  const recipients = values.to === undefined ? readReportKeys(readSettings().env) : parseRecipients(values.to, '--to');
  const body = await readBounded(file);
  const seed = randomBytes(32);
  const now = new Date().toISOString();
  const name = basename(file);
  const meta = { id: randomUUIDv7(), epoch: 1, seq: 1, prev: noPrev, created: now, nextBy: now };
  const about = { ...meta, kind: 'file', name, type: 'application/octet-stream' };
  const sealed = await sealAside({ recipients, seed, meta: about, body }, signal);
  const path = await keep(sealed.bytes, values.out ?? `${name}.orp`);
  const sender = signingKeyText(nacl.sign.keyPair.fromSeed(seed).publicKey);
  if (values.json) return printJson({ file: path, sender, bytes: sealed.bytes.length });
  process.stdout.write(`✓ sealed into ${path}, for ${recipients.length}\n  its sender, for this one file: ${sender}\n`);
}

/** A secret is none for others, and what is there stays. */
async function keep(bytes: Uint8Array, out: string): Promise<string> {
  const path = resolve(out);
  if (await createFileAtomic(path, bytes)) return path;
  throw usageError(`${path} is there already, and is not written over.`, 'Name another one: --out FILE');
}

async function readBounded(file: string): Promise<Buffer<ArrayBuffer>> {
  const path = resolve(file);
  const stats = await stat(path).catch((cause: unknown) => {
    throw usageError(`${path} cannot be read: ${messageOf(cause)}`);
  });
  if (!stats.isFile()) throw usageError(`${path} is no file.`);
  if (stats.size > mostEnvelopeBytes) throw usageError(`${path} is larger than 20 MiB, and no report is.`);
  return readFile(path);
}
