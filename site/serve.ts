import { open } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { etag } from 'hono/etag';
import { secureHeaders } from 'hono/secure-headers';
import { getMimeType } from 'hono/utils/mime';
import { codeOf } from '#lib/errors.ts';
import { badgeSvg, staleBadge } from './badge.ts';
import { healthOf } from './healthz.ts';
import { startingPage } from './starting.ts';

export interface ServeOptions {
  /** The folder of rendered files. */
  readonly folder: string;
  readonly snapshot: string;
  /** Names and addresses by which it may be called, besides the loopback's; `any`: whoever mounts it looks itself. */
  readonly hosts: readonly string[] | 'any';
  readonly now: () => number;
}

/**
 * The rendered pages, `status.json` and `/healthz`: files, read-only, for whoever reaches the port. A badge, which
 * cannot tell its own age, is said to be stale here as soon as the site is.
 */
export function serveSite({ folder, snapshot, hosts, now }: ServeOptions): Hono {
  const app = new Hono();
  app.use(etag());
  app.get('/healthz', async (context) => {
    const { fresh, ...body } = await healthOf(snapshot, now());
    return context.json(body, fresh ? 200 : 503);
  });
  app.on('GET', ['/badge.svg', '/badge/*'], async (context) => {
    const found = await serveFile(context, folder);
    // By what the site was drawn of: a heartbeat that goes on keeps no badge true that is no longer drawn.
    if (found.status === 404 || (await healthOf(join(folder, 'status.json'), now())).fresh) return found;
    context.header('Last-Modified', undefined); // Of the file, which this is not.
    return context.body(badgeSvg(staleBadge), 200, { 'Content-Type': 'image/svg+xml; charset=utf-8' });
  });
  app.get('*', (context) => serveFile(context, folder));
  app.all('*', (context) => context.text('Only GET and HEAD.', 405, { Allow: 'GET, HEAD' }));
  const guarded = new Hono().use(headers('no-cache'));
  return (hosts === 'any' ? guarded : guarded.use(knownHost(hosts))).route('/', app);
}

/**
 * A page elsewhere can make its own name point at this machine, and would then read what is served here: so only
 * names that are this machine's are answered.
 */
export function knownHost(hosts: readonly string[]): MiddlewareHandler {
  const known = new Set(['localhost', '127.0.0.1', '[::1]', ...hosts.map(asAsked)]);
  return async (context, next) => {
    const host = URL.parse(`http://${context.req.header('host') ?? ''}`)?.hostname ?? '';
    if (known.has(host)) return next();
    return context.text(
      'This address is not known here. Ask for it as localhost, or by the address that it is served on.',
      421,
    );
  };
}

/** As a browser writes it, whichever way the owner did: fd00:0:0::5 is asked for as [fd00::5]. */
function asAsked(host: string): string {
  return URL.parse(`http://${inUrl(host)}`)?.hostname ?? host;
}

/** An address as it stands in a URL: version 6 in brackets. */
export function inUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/**
 * Keeps browsers on a short leash: no framing, no guessing of types, no keeping without asking. An answer that comes
 * with a policy of its own keeps that: whoever drew it knows what it needs.
 */
export function headers(cacheControl: 'no-cache' | 'no-store'): MiddlewareHandler {
  const secure = secureHeaders({
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    strictTransportSecurity: false,
    contentSecurityPolicy: { frameAncestors: ["'none'"] },
  });
  return async (context, next) => {
    await next();
    if (context.res.headers.has('Content-Security-Policy')) return;
    await secure(context, async () => {});
    context.header('Cache-Control', cacheControl);
    context.header('X-Robots-Tag', 'noindex');
  };
}

/** Lower-case words with one known ending: no dot files, no way up, no listing. */
const servedPath = /^(?:\/[a-z0-9][a-z0-9-]*)*\/(?:[a-z0-9][a-z0-9-]*\.(?:html|json|xml|svg|txt|png|webmanifest))?$/;

/** Codes of a file that there is not, nor can be: names longer than the file system takes are asked for too. */
const absent: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

async function serveFile(context: Context, folder: string): Promise<Response> {
  const { path } = context.req;
  if (!servedPath.test(path)) return context.text('There is nothing here.', 404);
  const name = path.endsWith('/') ? `${path}index.html` : path;
  try {
    // Read whole from one handle, for the file may be replaced at any moment.
    await using file = await open(join(folder, name));
    const { mtime } = await file.stat();
    context.header('Last-Modified', mtime.toUTCString());
    return context.body(await file.readFile(), 200, { 'Content-Type': getMimeType(name) ?? 'text/plain' });
  } catch (error) {
    if (!absent.has(codeOf(error))) throw error;
    return name === '/index.html' ? starting(context) : context.text('There is nothing here.', 404);
  }
}

function starting(context: Context): Response | Promise<Response> {
  return context.html(startingPage, 503, { 'Retry-After': '5' });
}
