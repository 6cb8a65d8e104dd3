import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Snapshot, type ReportLine } from '#holding/health/snapshot.ts';
import { freshnessOf, systemClock } from '#lib/clock.ts';
import type { DataPaths } from '#lib/paths.ts';

/** How long a first look that is unsure waits for the second one, which comes after two seconds. */
const secondLookMs = 6000;

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
 * with the signal's reason. The very first look cannot know everything (the page itself is drawn after it), so one
 * that is unsure is given a few seconds for its second look.
 */
export async function untilFirstPage(paths: DataPaths, since: number, signal: AbortSignal): Promise<Snapshot> {
  let unsureUntil = Number.POSITIVE_INFINITY;
  for (;;) {
    const snapshot = await readSnapshot(paths);
    // A clock that was set back leaves a snapshot behind that looks newer than now.
    const isNew =
      snapshot !== null && snapshot.generatedAt >= since && freshnessOf(snapshot, systemClock.now()) !== 'future';
    if (isNew && (await modifiedAt(pageFile(paths))) >= snapshot.generatedAt) {
      if (snapshot.overall.state !== 'unknown' || performance.now() > unsureUntil) return snapshot;
      unsureUntil = Math.min(unsureUntil, performance.now() + secondLookMs);
    }
    await systemClock.sleep(100, signal);
  }
}

/** Resolves to the newest report once a page that was drawn since shows it; rejects with the signal's reason. */
export async function untilReportShown(paths: DataPaths, since: number, signal: AbortSignal): Promise<ReportLine> {
  for (;;) {
    const snapshot = await untilFirstPage(paths, since, signal);
    const [newest] = snapshot.reports ?? [];
    if (newest !== undefined) return newest;
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
