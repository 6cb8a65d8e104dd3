import { readFile } from 'node:fs/promises';
import { Snapshot } from '#holding/health/snapshot.ts';
import { indexView } from '#holding/health/views.ts';
import type { Site } from '#jobs/omega.ts';
import type { Clock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { loadRenderer } from '#site/render.ts';
import { createSite, type PageSource } from '#site/site.ts';

/** Joins the page with the snapshot that it shows. */
export function createWorkerSite({ paths, clock }: { paths: DataPaths; clock: Clock }): Site {
  return createSite({
    folder: paths.site,
    read: () => readPageSource(paths.snapshot, clock.now()),
    load: () => loadRenderer(),
  });
}

async function readPageSource(path: string, now: number): Promise<PageSource> {
  try {
    const json = await readFile(path, 'utf8');
    return { json, view: indexView(Snapshot.parse(JSON.parse(json)), now) };
  } catch (cause) {
    throw new OmegaError(`There is no snapshot to draw the page from in ${path}`, {
      code: 'E_SNAPSHOT',
      hint: 'npm run job:heartbeat writes one.',
      cause,
    });
  }
}
