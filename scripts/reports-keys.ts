import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import nacl from 'tweetnacl';
import { renderUnicodeCompact } from 'uqr';
import { fingerprint, makeKeyPair, publicKeyText, secretKeyText } from '#holding/report/envelope.ts';
import { ensureSigningKey } from '#holding/report/outbox/signing-key.ts';
import { createFileAtomic } from '#lib/atomic-file.ts';
import { OmegaError, usageError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { paint, plain, printJson } from './command.ts';
import { readReportKeys } from './report-keys.ts';
import { requireNoMore, type Use } from './reports-by-hand.ts';
import { readPlace, readSettings } from './settings.ts';

/** Makes, lists and changes keys. */
export async function keys({ words: [verb = 'list', ...words], ...use }: Use): Promise<void> {
  requireNoMore(words, 0);
  if (verb === 'make') return make(use.values);
  if (verb === 'list') return list(use.values);
  if (verb === 'rotate') return rotate(use);
  throw usageError(`There is no “keys ${plain(verb)}”.`, 'There are: make, list, rotate.');
}

/** A key pair for this device. The secret half goes into a file and nowhere else. */
async function make({ out = 'omega-report.key', here, qr, json }: Use['values']): Promise<void> {
  if (!here) requireAnotherMachine(readPlace().paths);
  const { publicKey, secretKey } = makeKeyPair();
  const path = resolve(out);
  const isNew = await createFileAtomic(path, `${secretKeyText(secretKey)}\n`);
  if (!isNew) throw usageError(`${path} is there already, and is not written over.`, 'Name another one: --out FILE');
  const text = publicKeyText(publicKey);
  if (json) return printJson({ publicKey: text, fingerprint: fingerprint(publicKey), secretKeyFile: path });
  if (qr || process.stdout.isTTY) process.stdout.write(`${renderUnicodeCompact(text, { border: 2 })}\n`);
  process.stdout.write(`${paint('bold', text)}
The public key, ${fingerprint(publicKey)}: put it into .env of the machine that runs Omega, as OMEGA_REPORT_ENCRYPTION_KEY.
The secret key is in ${path}, for you alone. Keep a copy of it elsewhere: without it nobody can open the reports.
`);
}

/** A machine that seals must not hold what opens: whoever takes it would read all that it ever sealed. */
function requireAnotherMachine({ reportSigningKey, outbox, run }: DataPaths): void {
  const found = [reportSigningKey, outbox, run].find((path) => existsSync(path));
  if (found === undefined) return;
  throw new OmegaError(
    `Omega runs on this machine (${found}), and what seals reports should not hold what opens them.`,
    {
      code: 'E_KEY_HERE',
      hint: 'Make it on your phone or laptop, in the reader (/reader/ on the page); or here all the same, with --here.',
      permanent: true,
      exitCode: 2,
    },
  );
}

/** For whom reports are sealed, and who signs them: to compare with what the reader shows. */
async function list({ json }: Use['values']): Promise<void> {
  const { env, paths } = readSettings();
  const recipients = readReportKeys(env).map((key) => ({ key: publicKeyText(key), fingerprint: fingerprint(key) }));
  const sender = existsSync(paths.reportSigningKey) ? await senderIn(paths.reportSigningKey) : null;
  if (json) return printJson({ recipients, sender });
  const lines =
    recipients.length === 0
      ? [
          'No key is set: no report leaves this machine.',
          '  → Make one in the reader (/reader/ on the page), or: npm run reports -- keys make',
        ]
      : ['Sealed for:', ...recipients.map((one) => `  ${one.fingerprint}  ${one.key}`)];
  lines.push(
    sender === null
      ? 'This machine has not signed a report yet.'
      : `Signed by:\n  ${sender.fingerprint}  ${sender.key}`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function senderIn(path: string): Promise<{ key: string; fingerprint: string }> {
  const { seed, sender } = await ensureSigningKey(path);
  return { key: sender, fingerprint: fingerprint(nacl.sign.keyPair.fromSeed(seed).publicKey) };
}

/** A new signing key, and with it a new epoch; every reader has to trust it anew. */
async function rotate({ values, signal }: Omit<Use, 'words'>): Promise<void> {
  if (!values.yes) await askWhetherToRotate(signal);
  const { sendJob } = await import('./reports-send.ts'); // It needs all of Omega, the others nothing of it.
  const result = await sendJob({ do: 'rotate' }, signal);
  if (values.json) return printJson(result);
  process.stdout.write('✓ a new key signs from now on: compare it in the reader with npm run reports -- keys list\n');
}

async function askWhetherToRotate(signal: AbortSignal): Promise<void> {
  const consequence =
    'Every reader warns of the new sender until you trust it there, by comparing it with npm run reports -- keys list.';
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw usageError(consequence, 'If you want that: npm run reports -- keys rotate --yes');
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${consequence}\nWrite “rotate” if you want that: `, { signal });
    if (answer.trim() !== 'rotate') throw new OmegaError('Nothing was changed.', { code: 'E_NOT_ROTATED' });
  } finally {
    asking.close();
  }
}
