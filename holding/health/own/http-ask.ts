import { once } from 'node:events';
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { TLSSocket } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import { z } from 'zod';
import { readBody, type Body } from './http-body.ts';

/** The connections that stay open from one look to the next, of all checks together. */
export interface Connections extends Disposable {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

export interface Question {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: Connections;
  /** Whether the connection may be used again afterwards. */
  readonly keep: boolean;
  /** Certificates to trust instead of the usual ones, as PEM. */
  readonly ca: string | undefined;
  /** Whether what is sent back is to be looked at. */
  readonly wantsBody: boolean;
  readonly signal: AbortSignal;
}

export interface Answer extends Body {
  readonly status: number;
  readonly location: string | undefined;
  /** When the certificate ends, in milliseconds since the epoch; null: there is none. */
  readonly certificateEndsAt: number | null;
}

const idleMs = 30_000;

/** Opens nothing yet. A session is never resumed: the certificate is to be shown each time. */
export function createConnections(): Connections {
  const http = new HttpAgent({ keepAlive: true, timeout: idleMs });
  const https = new HttpsAgent({ keepAlive: true, timeout: idleMs, maxCachedSessions: 0 });
  return {
    http,
    https,
    [Symbol.dispose]: () => {
      http.destroy();
      https.destroy();
    },
  };
}

/** Asks once, without following anything. @throws the error of the connection. */
export async function ask(question: Question): Promise<Answer> {
  const request = send(question);
  // One that is answered with another protocol ends without a word.
  const [first] = await once(request, 'response', { signal: question.signal });
  const response = asResponse(first);
  const certificateEndsAt = endOfCertificate(response);
  const status = response.statusCode ?? 0;
  const { location } = response.headers;
  const body = await readBody(response, question.wantsBody);
  return { ...body, status, location, certificateEndsAt };
}

function send({ url, method, headers, connections, keep, ca, signal }: Question): ClientRequest {
  const isSecure = url.protocol === 'https:';
  const request = (isSecure ? httpsRequest : httpRequest)({
    ...urlToHttpOptions(url),
    method,
    headers: { 'user-agent': 'Omega-check', accept: '*/*', 'accept-encoding': 'identity', ...headers },
    agent: isSecure ? connections.https : connections.http,
    signal,
    ...(ca === undefined ? {} : { ca }),
  });
  request.shouldKeepAlive = keep;
  request.on('error', () => {}); // Told to the one who waits; a second one that comes after it ends nothing more.
  request.end();
  return request;
}

const Response = z.custom<IncomingMessage>((value) => value !== null && typeof value === 'object');

function asResponse(value: unknown): IncomingMessage {
  return Response.parse(value);
}

const endsAt = new WeakMap<TLSSocket, number>();

/** Read once a connection: that costs more than the rest of a look. */
function endOfCertificate({ socket }: IncomingMessage): number | null {
  if (!(socket instanceof TLSSocket)) return null;
  const known = endsAt.get(socket);
  if (known !== undefined) return known;
  const end = Date.parse(socket.getPeerCertificate().valid_to);
  if (Number.isNaN(end)) return null;
  endsAt.set(socket, end);
  return end;
}
