import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type Context, type Next } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { openSession, readSession } from './board-session.ts';
import type { Queues } from './queues.ts';

export interface BoardOptions<Omega> {
  readonly queues: Queues<Omega>;
  /** The secret behind links and sessions. */
  readonly token: string;
}

const basePath = '/board';
const readingMethods = new Set(['GET', 'HEAD']);

/** Its page asks a third party for fonts, and would tell it who looks at which queue. */
const onlyFromHere = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'", "'unsafe-inline'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    frameAncestors: ["'none'"],
    formAction: ["'self'"],
  },
  referrerPolicy: 'no-referrer',
  strictTransportSecurity: false,
});

/**
 * Bull Board behind a guard of its own, for it has none: whoever reaches it could pause or empty every queue. Only a
 * one-time link (`npm run board`) or the token opens it; it is for reading unless the link says otherwise; and a
 * request that changes anything must come from the board's own page.
 */
export function createBoard<Omega>({ queues, token }: BoardOptions<Omega>): Hono {
  const boards = { reading: boardApp(queues, true), writing: boardApp(queues, false) };
  const app = new Hono();
  app.use(`${basePath}/*`, onlyFromHere, neverStored);
  app.get(`${basePath}/login`, async (context) => {
    // A link preview must not use the link up.
    if (context.req.method !== 'GET') return context.text('Only GET.', 405, { Allow: 'GET' });
    const session = await openSession(context, { redis: queues.redis, prefix: queues.prefix, token });
    return session === null
      ? refuse(context, 'This link was used, or is older than five minutes.')
      : context.redirect(basePath);
  });
  app.use(`${basePath}/*`, fromOwnPage);
  app.all(`${basePath}/*`, async (context) => {
    const session = await readSession(context, token);
    if (session === null) return refuse(context, 'The board needs a link of its own.');
    if (context.req.path === `${basePath}/`) return context.redirect(basePath);
    const isReading = readingMethods.has(context.req.method);
    if (!isReading && !session.write)
      return context.text('This session is for reading; npm run board -- --write makes another.', 403);
    const board = session.write ? boards.writing : boards.reading;
    return board.fetch(context.req.raw);
  });
  return app;
}

function boardApp<Omega>(queues: Queues<Omega>, readOnlyMode: boolean): Hono {
  const serverAdapter = new HonoAdapter(serveStatic).setBasePath(basePath);
  createBullBoard({
    queues: [...queues.all(), queues.dead].map((queue) => new BullMQAdapter(queue, { readOnlyMode })),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Omega queues', hideRedisDetails: true } },
  });
  return new Hono().route(basePath, serverAdapter.registerPlugin());
}

/** Jobs' inputs are nothing for a cache. */
async function neverStored(context: Context, next: Next): Promise<void> {
  await next();
  context.header('Cache-Control', 'no-store');
}

/** A page elsewhere must not press the board's buttons with the owner's cookie. */
async function fromOwnPage(context: Context, next: Next): Promise<Response | undefined> {
  if (!readingMethods.has(context.req.method)) {
    const origin = URL.parse(context.req.header('origin') ?? '');
    if (origin?.host !== context.req.header('host')) return context.text('Only the board’s own page may do this.', 403);
  }
  await next();
  return undefined;
}

function refuse(context: Context, why: string): Response {
  return context.text(`${why}\nOpen it with: npm run board\n`, 401);
}
