import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { builtSite } from './build.ts';

/** The reader as one file, for whoever keeps it on the device, and what it is known by. */
export interface ReaderFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What `buildSite()` made of the reader. @throws OmegaError `E_SITE_NOT_BUILT`. */
export async function readerFile(built = builtSite): Promise<ReaderFile> {
  const bytes = await readPart(built, 'reader.html');
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The page at `/reader/`. @throws OmegaError `E_SITE_NOT_BUILT`. */
export async function readerPage(built = builtSite): Promise<string> {
  return new TextDecoder().decode(await readPart(built, 'served.html'));
}

async function readPart(built: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(join(built, 'reader', name)));
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw new OmegaError('The reader of sealed reports has not been built', {
      code: 'E_SITE_NOT_BUILT',
      hint: 'npm run site:build',
      cause,
    });
  }
}
