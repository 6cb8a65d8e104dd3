import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import type { Parcel } from '../outbox.ts';
import { writeError } from './ledger.ts';

/** The files of the outbox: a report each, sealed. */
export interface ParcelFiles {
  /** Whole and on the disk when it resolves. @throws OmegaError `E_OUTBOX_WRITE`: it is not there. */
  readonly write: (name: string, bytes: Uint8Array) => Promise<void>;
  /** The bytes, and they are what was written. @throws OmegaError `E_NO_PARCEL`. */
  readonly read: (parcel: Pick<Parcel, 'seq' | 'file' | 'sha512'>) => Promise<Uint8Array>;
  /** The bytes of a file that no record speaks of. */
  readonly readAny: (name: string) => Promise<Uint8Array>;
  readonly remove: (name: string) => Promise<void>;
  /** All that lies there, halves of files included. */
  readonly names: () => Promise<readonly string[]>;
}

/** Those in this folder, which is made when it is needed. */
export function openParcelFiles(folder: string): ParcelFiles {
  return {
    write: async (name, bytes) => {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFileAtomic(join(folder, name), bytes);
      } catch (cause) {
        throw writeError('the outbox takes no file', cause);
      }
    },
    read: (parcel) => readParcel(folder, parcel),
    readAny: (name) => readFile(join(folder, name)),
    remove: (name) => rm(join(folder, name), { force: true }),
    names: async () => {
      try {
        return await readdir(folder);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      }
    },
  };
}

/** `42-<random>.orp`: whoever sees the name of one can guess no other. */
export function fileName(seq: number, extension: 'orp' | 'html'): string {
  return `${Math.abs(seq)}-${randomBytes(16).toString('hex')}.${extension}`;
}

/** The number that it begins with; null: it is no file of the outbox's. */
export function seqOfFile(name: string): number | null {
  const number = /^(\d+)-[0-9a-f]+\.orp$/.exec(name)?.[1];
  return number === undefined ? null : Number(number);
}

/** The name without its number: all that a courier sees of it. */
export function randomPartOf(file: string): string {
  return file.slice(file.indexOf('-') + 1);
}

/** Hex. */
export function sha512Of(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('hex');
}

async function readParcel(folder: string, { seq, file, sha512 }: Parameters<ParcelFiles['read']>[0]): Promise<Buffer> {
  try {
    const bytes = await readFile(join(folder, file));
    if (sha512Of(bytes) === sha512) return bytes;
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw noParcel(`Report ${seq} is not in the outbox any more`, cause);
  }
  throw noParcel(`Report ${seq} is damaged: its file is not what was sealed`);
}

/** There is no such report, or not its file. */
export function noParcel(message: string, cause?: unknown): OmegaError {
  const hint = 'npm run reports -- list shows what there is; a backup of the folder outbox may have it.';
  return new OmegaError(`${message}.`, { code: 'E_NO_PARCEL', hint, permanent: true, cause });
}
