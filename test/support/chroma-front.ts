import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

/** What a front does with a question in place of handing it on; undefined: hand it on. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => void;

/** Stands before a real Chroma and answers in its place where a test wants a fault. */
export interface ChromaFront extends AsyncDisposable {
  readonly address: string;
  /** From now on; for questions whose path matches. */
  readonly fail: (fault: Fault | undefined, path?: RegExp) => void;
  /** Headers of the last question. */
  readonly lastHeaders: () => IncomingMessage['headers'];
  /** How many questions came since it was started. */
  readonly asked: () => number;
}

/** @param address of the real one, asked for at each question */
export async function openChromaFront(address: () => string): Promise<ChromaFront> {
  let fault: Fault | undefined;
  let matching = /^/;
  let headers: IncomingMessage['headers'] = {};
  let asked = 0;
  const server = createServer((question, answer) => {
    headers = question.headers;
    asked += 1;
    if (fault !== undefined && matching.test(question.url ?? '')) return fault(question, answer);
    handOn(question, answer, new URL(address()).port);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const place = server.address();
  if (place === null || typeof place === 'string') throw new Error('no port');
  return {
    get address() {
      const url = new URL(address());
      url.port = String(place.port);
      return url.href;
    },
    fail: (wanted, path = /^/) => {
      fault = wanted;
      matching = path;
    },
    lastHeaders: () => headers,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function handOn(question: IncomingMessage, answer: ServerResponse, port: string): void {
  const { method, url, headers } = question;
  const asking = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (response) => {
    answer.writeHead(response.statusCode ?? 500, response.headers);
    response.pipe(answer);
  });
  asking.on('error', () => answer.destroy());
  question.pipe(asking);
}
