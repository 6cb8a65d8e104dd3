import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Snapshot } from '#holding/health/snapshot.ts';
import { systemClock } from '#lib/clock.ts';
import type { DataPaths } from '#lib/paths.ts';

/** The rendered page as a file. */
export function pageFile(paths: DataPaths): string {
  return join(paths.site, 'index.html');
}

/** The latest snapshot; null where there is none that can be read. */
export async function readSnapshot(paths: DataPaths): Promise<Snapshot | null> {
  try {
    return Snapshot.parse(JSON.parse(await readFile(paths.snapshot, 'utf8')));
  } catch {
    return null; // None yet, or not one that this version understands: there is nothing to say from it.
  }
}

/**
 * Resolves to the first snapshot that is newer than `since`, once a page that was drawn after it is there too; rejects
 * with the signal's reason.
 */
export async function untilFirstPage(paths: DataPaths, since: number, signal: AbortSignal): Promise<Snapshot> {
  for (;;) {
    const snapshot = await readSnapshot(paths);
    const isNew = snapshot !== null && snapshot.generatedAt >= since;
    if (isNew && (await modifiedAt(pageFile(paths))) >= snapshot.generatedAt) return snapshot;
    await systemClock.sleep(100, signal);
  }
}

async function modifiedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0; // Not there yet.
  }
}
