import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import nacl from 'tweetnacl';
import { createFileAtomic, writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { signingKeyText } from '../envelope/keys.ts';

/** What reports are signed with. */
export interface SigningKey {
  /** 32 bytes, from which all of it comes. */
  readonly seed: Uint8Array;
  /** The public half, as a reader pins it. */
  readonly sender: string;
}

/** The key in that file, made at first need. @throws OmegaError `E_SIGNING_KEY` where it is damaged: it stays as it is. */
export async function ensureSigningKey(path: string): Promise<SigningKey> {
  const there = await readText(path);
  if (there !== null) return parse(there, path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await createFileAtomic(path, newSeed());
  // Where another process was first, its key is read; a link to a disk that is not mounted gives none.
  return parse((await readText(path)) ?? '', path);
}

/**
 * Puts a new key in its place. The old one is not kept: readers know it by its public half, and whoever found it could
 * sign in its name.
 */
export async function replaceSigningKey(path: string): Promise<SigningKey> {
  const text = newSeed();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, text);
  return parse(text, path);
}

function newSeed(): string {
  return `${randomBytes(32).toString('hex')}\n`;
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Nothing of what stands there is told: it may be the most of a key. */
function parse(text: string, path: string): SigningKey {
  if (!/^[0-9a-f]{64}\s*$/.test(text))
    throw new OmegaError(`The key that signs reports (${path}) is damaged: it is not 64 hexadecimal digits.`, {
      code: 'E_SIGNING_KEY',
      hint: 'Put it back from a backup; or move it away, and a new one is made: then pin the new sender in the reader.',
      permanent: true,
    });
  const seed = new Uint8Array(Buffer.from(text.trim(), 'hex'));
  return { seed, sender: signingKeyText(nacl.sign.keyPair.fromSeed(seed).publicKey) };
}
