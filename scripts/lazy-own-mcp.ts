import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono, type Context, type MiddlewareHandler, type Next } from 'hono';
import type { Log } from '#lib/log.ts';
import { headers } from '#site/serve.ts';
import { mcpToken } from './mcp-token.ts';
import type { Settings } from './settings.ts';

type Answer = (request: Request) => Promise<Response>;

/**
 * Omega's own MCP server over Streamable HTTP, behind a token of its own. What it is made of is loaded when a client
 * with the token first asks: the edge stays small.
 */
export function lazyOwnMcp(settings: Settings, log: Log): Hono {
  let loading: Promise<Answer> | undefined;
  const load = (): Promise<Answer> => {
    loading ??= loadAnswer(settings, log).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  const guards = [headers('no-store'), fromNoOtherPage, withToken(settings)];
  const app = new Hono().use('/mcp', ...guards);
  app.post('/mcp', async (context) => (await load())(context.req.raw));
  return app.all('/mcp', (context) => context.text('Only POST: there is no session.\n', 405, { Allow: 'POST' }));
}

async function loadAnswer(settings: Settings, log: Log): Promise<Answer> {
  const [{ openOwnServer }, { answerOverHttp }, { allSecrets }] = await Promise.all([
    import('./own-mcp.ts'),
    import('#mcp/own-http.ts'),
    import('./tool-servers.ts'),
  ]);
  const secrets = allSecrets(settings);
  return (request) => answerOverHttp(openOwnServer(settings, log, secrets), request);
}

/** Clients that are programs send no Origin; a page elsewhere sends its own, and is not answered. */
async function fromNoOtherPage(context: Context, next: Next): Promise<Response | undefined> {
  const origin = context.req.header('origin');
  if (origin !== undefined && URL.parse(origin)?.host !== context.req.header('host'))
    return context.text('Pages of other places are not answered here.\n', 403);
  await next();
  return undefined;
}

function withToken({ paths }: Settings): MiddlewareHandler {
  return async (context, next) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '') ?? [];
    if (given !== undefined && isSame(given, await mcpToken(paths))) return next();
    const why = given === undefined ? 'This needs its token.' : 'This is not its token.';
    const challenge = given === undefined ? 'Bearer realm="omega"' : 'Bearer realm="omega", error="invalid_token"';
    return context.text(`${why} docs/connect.md says where to find it.\n`, 401, { 'WWW-Authenticate': challenge });
  };
}

/** In a time that tells nothing of where two secrets differ, nor of how long they are. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
