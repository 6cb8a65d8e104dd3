import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** How a fake answers one request. */
export type EmbeddingAnswer =
  | 'vectors'
  | { readonly status: number; readonly retryAfter?: string; readonly message?: string }
  | 'redirect'
  | 'hang'
  | 'hang-in-body'
  | 'reset'
  | 'cut-off'
  | 'not-json'
  | 'other-form'
  | 'too-few'
  | 'nan'
  | 'zero'
  | 'several-lengths'
  | 'shuffled'
  | 'huge';

/** A server of embeddings on loopback, whose answers a test may spoil. */
export interface FakeEmbeddings extends AsyncDisposable {
  /** As `OMEGA_EMBEDDINGS_URL` takes it. */
  readonly url: string;
  /** The same behind another door, such as one with a certificate. */
  readonly listener: RequestListener;
  /** How it answers the next requests; `vectors` once they are used up. */
  readonly next: EmbeddingAnswer[];
  /** The length of its vectors from now on. */
  dimensions: number;
  /** A text with more characters is refused, as a model does that is handed more than its context. */
  mostCharacters: number;
  /** What it was asked, in order. */
  readonly asked: {
    readonly path: string;
    readonly model: string;
    readonly input: readonly string[];
    readonly authorization: string | undefined;
    readonly body: object;
  }[];
}

/** Speaks as Ollama does, which knows one model. */
export async function startFakeOllama(model = 'bge-m3'): Promise<FakeEmbeddings> {
  return start({
    path: '/api/embed',
    base: '',
    refusal: (message) => ({ error: message }),
    tooLong: 'the input length exceeds the context length',
    admits: (asked) => (asked.model === model ? null : [404, `model "${asked.model}" not found, try pulling it first`]),
    answer: (embeddings) => ({ model, embeddings, total_duration: 14_143_917, prompt_eval_count: 8 }),
  });
}

/** Speaks as OpenAI does; with a key, only to whoever has it. */
export async function startFakeOpenai({ key = null }: { readonly key?: string | null } = {}): Promise<FakeEmbeddings> {
  return start({
    path: '/v1/embeddings',
    base: '/v1',
    refusal: (message) => ({ error: { message, type: 'invalid_request_error', param: null, code: null } }),
    tooLong: "This model's maximum context length is 8192 tokens, however you requested more.",
    admits: ({ authorization = '' }) =>
      key === null || authorization === `Bearer ${key}`
        ? null
        : [401, `Incorrect API key provided: ${authorization.slice(7)}.`],
    answer: (embeddings) => ({
      object: 'list',
      data: embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding })),
      model: 'text-embedding-3-small',
      usage: { prompt_tokens: 8, total_tokens: 8 },
    }),
  });
}

interface Dialect {
  readonly path: string;
  readonly base: string;
  readonly refusal: (message: string) => object;
  readonly tooLong: string;
  /** Null: it is let in; else the status and the words of its refusal. */
  readonly admits: (asked: FakeEmbeddings['asked'][number]) => readonly [number, string] | null;
  readonly answer: (embeddings: readonly (readonly (number | null)[])[]) => object;
}

async function start(dialect: Dialect): Promise<FakeEmbeddings> {
  const state = {
    next: [] as EmbeddingAnswer[],
    dimensions: 64,
    mostCharacters: 100_000,
    asked: [] as FakeEmbeddings['asked'],
  };
  const listener: RequestListener = (request, response) => void reply({ request, response, dialect, fake });
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const fake: FakeEmbeddings = Object.assign(state, {
    listener,
    url: `http://127.0.0.1:${port}${dialect.base}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return fake;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly dialect: Dialect;
  readonly fake: FakeEmbeddings;
}

async function reply(exchange: Exchange): Promise<void> {
  const { request, response, dialect, fake } = exchange;
  const body = (await json(request)) as { model: string; input: string | string[] };
  const input = [body.input].flat();
  const asked = {
    path: request.url ?? '',
    model: body.model,
    input,
    authorization: request.headers.authorization,
    body,
  };
  fake.asked.push(asked);
  const refusal = refusalOf(exchange, asked);
  if (refusal !== null) return send(response, refusal[0], dialect.refusal(refusal[1]));
  const answer = fake.next.shift() ?? 'vectors';
  if (typeof answer !== 'object') return spoil(answer, exchange, input);
  if (answer.retryAfter !== undefined) response.setHeader('retry-after', answer.retryAfter);
  send(response, answer.status, dialect.refusal(answer.message ?? 'as it was told'));
}

function refusalOf(
  { dialect, fake }: Exchange,
  asked: FakeEmbeddings['asked'][number],
): readonly [number, string] | null {
  if (asked.path !== dialect.path) return [404, 'page not found'];
  const isTooLong = asked.input.some((text) => text.length > fake.mostCharacters);
  return dialect.admits(asked) ?? (isTooLong ? [400, dialect.tooLong] : null);
}

function spoil(
  answer: Exclude<EmbeddingAnswer, object>,
  { response, dialect, fake }: Exchange,
  input: readonly string[],
): void {
  const vectors = input.map((text) => vectorOf(text, fake.dimensions));
  const whole = dialect.answer(vectors);
  const [first = [], ...rest] = vectors;
  switch (answer) {
    case 'vectors':
      return send(response, 200, whole);
    case 'redirect':
      return void response.writeHead(307, { location: 'https://elsewhere.example/' }).end();
    case 'hang':
      return;
    case 'hang-in-body':
      return void response.writeHead(200, { 'content-type': 'application/json' }).write('{"embed');
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'cut-off':
      return void response.writeHead(200).end(JSON.stringify(whole).slice(0, -20));
    case 'not-json':
      return void response.writeHead(200).end('<html>It works!</html>');
    case 'other-form':
      return send(response, 200, { result: vectors });
    case 'too-few':
      return send(response, 200, dialect.answer(rest));
    case 'nan':
      return send(response, 200, dialect.answer([[Number.NaN, ...first.slice(1)], ...rest]));
    case 'zero':
      return send(response, 200, dialect.answer([first.map(() => 0), ...rest]));
    case 'several-lengths':
      return send(response, 200, dialect.answer([first.slice(1), ...rest]));
    case 'shuffled':
      return send(response, 200, reversed(whole));
    case 'huge':
      return void response.writeHead(200).end(`{"embeddings":[[${'0.1234567,'.repeat(4_000_000)}1]]}`);
  }
}

/** Only where each vector says which text it is of. */
function reversed(answer: object): object {
  return 'data' in answer && Array.isArray(answer.data) ? { ...answer, data: answer.data.toReversed() } : answer;
}

/** JSON has no NaN: real servers write null. */
function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Texts that share words lie near each other; not of length 1, as those of many models are not. */
function vectorOf(text: string, dimensions: number): number[] {
  const vector = Array.from({ length: dimensions }, () => 0.01);
  for (const word of text.toLowerCase().match(/[\p{L}\d]+/gu) ?? []) {
    const digest = createHash('sha256').update(word).digest();
    const at = digest.readUInt32LE(0) % dimensions;
    vector[at] = (vector[at] ?? 0) + ((digest[4] ?? 0) % 2 === 0 ? 3 : -3);
  }
  return vector;
}
