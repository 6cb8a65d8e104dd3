import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeedView, IndexView, SitePage } from '#holding/health/views.ts';
import { badgeSvg, checkBadge, overallBadge } from './badge.ts';
import { feedChangesWith, feedXml } from './feed.ts';
import { inert } from './inert.ts';
import { iconFiles, manifestJson } from './manifest.ts';
import type { Renderer } from './render.ts';

/** A file of the site besides the index, not yet drawn. */
export interface SiteFile {
  /** From the served folder: `checks/redis/index.html`. */
  readonly path: string;
  /** Another text than when it was drawn last: something that it tells has changed since, besides the time. */
  readonly changesWith: string;
  readonly draw: () => Promise<string | Uint8Array>;
}

export interface FileSource {
  readonly view: IndexView;
  readonly pages: readonly SitePage[];
  readonly feed: FeedView;
}

/** Every file of the site besides the index and `status.json`. */
export function filesOf({ view, pages, feed }: FileSource, renderer: Renderer): readonly SiteFile[] {
  return [
    ...pages.map((page) => pageFile(page, renderer)),
    { path: 'feed.xml', changesWith: feedChangesWith(feed), draw: () => feedXml(inert(feed)) },
    ...badges(view),
    {
      path: 'manifest.webmanifest',
      changesWith: view.host.name,
      draw: async () => manifestJson(inert({ language: view.language, host: view.host })),
    },
    { path: 'robots.txt', changesWith: '', draw: async () => 'User-agent: *\nDisallow: /\n' },
    ...iconFiles.map((path) => ({
      path,
      changesWith: '',
      draw: () => readFile(join(import.meta.dirname, 'icons', path)),
    })),
  ];
}

function pageFile({ path, view, changesWith }: SitePage, renderer: Renderer): SiteFile {
  return {
    path: `${path.slice(1)}index.html`,
    changesWith,
    draw: async () => renderer.draw({ path, view: view() }),
  };
}

function badges(view: IndexView): SiteFile[] {
  const { state, headline } = view.overall;
  const rows = view.groups.flatMap((group) => group.rows).filter(({ id }) => /^[a-z0-9][a-z0-9-]*$/.test(id));
  return [
    {
      path: 'badge.svg',
      changesWith: `${state} ${headline}`,
      draw: async () => badgeSvg(overallBadge(view)),
    },
    ...rows.map((row) => ({
      path: `badge/${row.id}.svg`,
      changesWith: `${row.state} ${row.name}`,
      draw: async () => badgeSvg(checkBadge(row, view)),
    })),
  ];
}
