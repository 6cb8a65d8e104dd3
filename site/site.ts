import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { IndexView } from '#holding/health/views.ts';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import type { Renderer } from './render.ts';

/** What the page is drawn from, read anew each time. */
export interface PageSource {
  readonly view: IndexView;
  /** The snapshot as it is, for `status.json`. */
  readonly json: string;
}

export interface SiteOptions {
  /** The served folder. */
  readonly folder: string;
  readonly read: () => Promise<PageSource>;
  /** Called for the first page only: a process that draws none need not hold the renderer. */
  readonly load: () => Promise<Renderer>;
}

/** Draws the status page and writes it; what could not be drawn leaves the last good page as it was. */
export interface StatusSite {
  readonly render: (signal: AbortSignal) => Promise<{ readonly written: readonly string[]; readonly cpuMs: number }>;
}

/** Everyone may read what is served; what it was made from stays the owner's. */
const servedMode = 0o644;

/** Makes the site of one data folder. */
export function createSite({ folder, read, load }: SiteOptions): StatusSite {
  let renderer: Promise<Renderer> | undefined;
  return {
    render: async (signal) => {
      signal.throwIfAborted();
      renderer ??= load();
      const { index } = await renderer.catch((error: unknown) => {
        renderer = undefined; // A build that comes later is found by the next run.
        throw error;
      });
      const before = process.cpuUsage();
      const { view, json } = await read();
      const html = await index(view);
      const { user, system } = process.cpuUsage(before);
      signal.throwIfAborted();
      await mkdir(folder, { recursive: true });
      await writeFileAtomic(join(folder, 'status.json'), json, servedMode);
      await writeFileAtomic(join(folder, 'index.html'), html, servedMode);
      return { written: ['status.json', 'index.html'], cpuMs: (user + system) / 1000 };
    },
  };
}
