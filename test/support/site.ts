import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexView } from '#holding/health/views.ts';
import type { Snapshot } from '#holding/health/snapshot.ts';
import { buildSite } from '#site/build.ts';
import { listen } from '#site/listen.ts';
import { loadRenderer, type Renderer } from '#site/render.ts';
import { serveSite } from '#site/serve.ts';

/** A folder of a test's own, gone at its end. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'omega-site-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Builds the page as it stands now, away from the one that may be in use. */
export async function builtRenderer(folder: string): Promise<Renderer> {
  const to = join(folder, 'built');
  await buildSite({ to });
  return loadRenderer(to);
}

/** A served folder on a port of the system's choice. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly snapshot: string;
  /** Shows this snapshot from now on. */
  readonly show: (snapshot: Snapshot, renderer: Renderer, now?: number) => Promise<void>;
}

/** Serves an empty folder, as the edge does before the first page. */
export async function served(now: () => number = Date.now): Promise<Served> {
  const { path: folder, [Symbol.asyncDispose]: remove } = await temporaryFolder();
  const snapshot = join(folder, 'snapshot.json');
  const app = serveSite({ folder, snapshot, hosts: ['127.0.0.1'], now });
  const server = await listen({ app, host: '127.0.0.1', port: 0, lastPort: undefined });
  return {
    url: `http://127.0.0.1:${server.port}/`,
    folder,
    snapshot,
    show: async (shown, renderer, at = shown.generatedAt) => {
      await writeFile(snapshot, JSON.stringify(shown));
      await writeFile(join(folder, 'status.json'), JSON.stringify(shown));
      await writeFile(join(folder, 'index.html'), await renderer.index(indexView(shown, at)));
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await remove();
    },
  };
}
