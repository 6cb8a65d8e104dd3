import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Removes the folders of collections that were dropped, which Chroma leaves for good: 21 MB for one of 512 dimensions.
 * Only while none runs: a folder may be there before its name is.
 */
export async function removeLeftSegments(folder: string): Promise<void> {
  const named = segmentsIn(join(folder, 'chroma.sqlite3'));
  if (named === null) return;
  const entries = await readdir(folder, { withFileTypes: true });
  const left = entries.filter((entry) => entry.isDirectory() && uuid.test(entry.name) && !named.has(entry.name));
  for (const { name } of left) await rm(join(folder, name), { recursive: true, force: true });
}

/** Null where they cannot be read: then nothing is known to be left. */
function segmentsIn(database: string): ReadonlySet<string> | null {
  try {
    using db = new DatabaseSync(database, { readOnly: true });
    const rows = db.prepare('SELECT id FROM segments').all();
    return new Set(rows.map(({ id }) => String(id)));
  } catch {
    return null; // None yet, damaged, or of a Chroma that keeps them otherwise.
  }
}
