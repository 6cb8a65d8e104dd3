import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { IndexView, PageView } from '#holding/health/views.ts';
import { OmegaError } from '#lib/errors.ts';
import { builtSite } from './build.ts';
import { inert } from './inert.ts';
import { tight } from './tight.ts';

/** Draws pages in this process, in milliseconds, from the views that it is handed. */
export interface Renderer {
  /** The whole index page. @throws OmegaError `E_PAGE` with the cause, never half a page. */
  readonly index: (view: IndexView) => Promise<string>;
  /** The whole of any other page, by its address. @throws likewise. */
  readonly draw: (page: { readonly path: string; readonly view: PageView }) => Promise<string>;
}

const Entry = z.object({
  render: z.custom<(path: string, locals: Readonly<Record<string, unknown>>) => Promise<string>>(
    (value) => typeof value === 'function',
  ),
});

/**
 * Loads what `buildSite()` made.
 * @throws OmegaError `E_SITE_NOT_BUILT` where there is none, or none that can be used.
 */
export async function loadRenderer(built = builtSite): Promise<Renderer> {
  const { render } = await loadEntry(built);
  const draw = async (path: string, view: IndexView | PageView): Promise<string> => {
    try {
      return tight(await render(path, { view: inert<IndexView | PageView>(view) }));
    } catch (cause) {
      const page = path === '/' ? 'The status page' : `The page ${path}`;
      throw new OmegaError(`${page} could not be drawn; the last good one stays`, { code: 'E_PAGE', cause });
    }
  };
  return { index: (view) => draw('/', view), draw: ({ path, view }) => draw(path, view) };
}

async function loadEntry(built: string): Promise<z.infer<typeof Entry>> {
  try {
    return Entry.parse(await import(pathToFileURL(join(built, 'server', 'entry.mjs')).href));
  } catch (cause) {
    throw new OmegaError('The status page has not been built, or not for this version', {
      code: 'E_SITE_NOT_BUILT',
      hint: 'npm run site:build',
      cause,
    });
  }
}
