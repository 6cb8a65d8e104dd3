import { Hono, type Context } from 'hono';
import { sayIn, type Language } from '#lib/language.ts';
import { readerFile, readerPage } from './reader-file.ts';

export interface ServeReaderOptions {
  readonly language: Language;
  /** The envelope of a number; null: there is none. */
  readonly sealedReport: (seq: number) => Promise<Uint8Array | null>;
  /** Where the site was built; its usual place where left out. */
  readonly built?: string;
}

/**
 * The reader, and the sealed reports for it to open. For trusted doors only: a page that keeps a key must not come
 * over a network on which somebody could change it.
 */
export function serveReader({ language, sealedReport, built }: ServeReaderOptions): Hono {
  const app = new Hono();
  app.get('/reader', (context) => context.redirect('/reader/', 308));
  app.get('/reader/', async (context) => context.html(await readerPage(built)));
  app.get('/reader/manifest.webmanifest', (context) => {
    return context.body(readerManifest(language), 200, { 'Content-Type': 'application/manifest+json' });
  });
  app.get('/reader/reader.html', async (context) => {
    const { bytes } = await readerFile(built);
    return download(context, bytes, { type: 'text/html; charset=utf-8', name: 'omega-reader.html' });
  });
  app.get('/reader/reader.sha256', async (context) => {
    const { sha256 } = await readerFile(built);
    return context.text(`${sha256}  omega-reader.html\n`);
  });
  app.get('/reports/:name{[1-9][0-9]{0,14}\\.orp}', async (context) => {
    const name = context.req.param('name');
    const bytes = await sealedReport(Number.parseInt(name, 10));
    if (bytes === null) return context.text('There is no sealed report of this number.', 404);
    return download(context, new Uint8Array(bytes), { type: 'application/octet-stream', name });
  });
  return app;
}

/** To be kept, never to be opened where it came from. */
function download(
  context: Context,
  bytes: Uint8Array<ArrayBuffer>,
  { type, name }: { readonly type: string; readonly name: string },
): Response {
  return context.body(bytes, 200, { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` });
}

/** What a phone needs to put the reader among its apps. */
function readerManifest(language: Language): string {
  const say = sayIn(language);
  return JSON.stringify({
    id: '/reader/',
    name: say({ en: 'Omega reader', nl: 'Omega-lezer' }),
    short_name: say({ en: 'Reader', nl: 'Lezer' }),
    description: say({ en: 'Opens Omega’s sealed reports', nl: 'Opent de verzegelde rapporten van Omega' }),
    lang: language,
    start_url: '/reader/',
    scope: '/reader/',
    display: 'standalone',
    background_color: '#f7f7f4',
    theme_color: '#f7f7f4',
    icons: [
      { src: '/icon.svg', type: 'image/svg+xml', sizes: 'any', purpose: 'any' },
      ...[192, 512].map((size) => ({ src: `/icon-${size}.png`, type: 'image/png', sizes: `${size}x${size}` })),
    ],
  });
}
