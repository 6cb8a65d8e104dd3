import { createServer } from 'node:http';
import { once } from 'node:events';

/** What was asked of a list of models. */
export interface AskedModels {
  readonly path: string;
  readonly headers: Readonly<NodeJS.Dict<string | string[]>>;
}

/** A service of language models on loopback, as Anthropic's and OpenAI's answer for their lists. */
export interface FakeModels extends AsyncDisposable {
  readonly root: string;
  readonly key: string;
  /** What it offers; and the short names that stand in no list. */
  models: readonly string[];
  aliases: readonly string[];
  /** Answered whatever is asked, where it is not null. */
  status: number | null;
  readonly asked: AskedModels[];
}

export async function startFakeModels(): Promise<FakeModels> {
  const server = createServer(({ url = '', headers }, response) => {
    fake.asked.push({ path: url, headers });
    const { status, body } = answerTo(url, headers, fake);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const fake: FakeModels = {
    root: `http://127.0.0.1:${port}`,
    key: `sk-${crypto.randomUUID()}`,
    models: [],
    aliases: [],
    status: null,
    asked: [],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

function answerTo(url: string, headers: AskedModels['headers'], fake: FakeModels): { status: number; body: object } {
  const error = (status: number, type: string): { status: number; body: object } => ({
    status,
    body: { type: 'error', error: { type, message: `${type}: ${fake.key.slice(0, 6)}…` } },
  });
  if (fake.status !== null) return error(fake.status, 'api_error');
  const isKnown = headers['x-api-key'] === fake.key || headers.authorization === `Bearer ${fake.key}`;
  if (!isKnown) return error(401, 'authentication_error');
  const { pathname } = new URL(url, 'http://fake');
  const [, , list, id] = pathname.split('/');
  if (list !== 'models') return error(404, 'not_found_error');
  if (id === undefined) {
    const data = fake.models.map((model) => ({ id: model, type: 'model', created_at: '2026-01-01T00:00:00Z' }));
    return { status: 200, body: { data, has_more: false, first_id: fake.models[0] ?? null } };
  }
  const isOffered = [...fake.models, ...fake.aliases].includes(decodeURIComponent(id));
  return isOffered ? { status: 200, body: { id, type: 'model' } } : error(404, 'not_found_error');
}
