import { request, type Dispatcher } from 'undici';
import { OmegaError } from '#lib/errors.ts';
import type { Env } from '#lib/env.ts';
import { wayTo } from '../../way.ts';

/** What a service answered. */
export interface Answer {
  readonly status: number;
  /** Undefined where it is no JSON. */
  readonly body: unknown;
}

export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly network: Env['network'];
  readonly signal: AbortSignal;
}

/** A list of every model of a large broker takes half of it. */
const mostBytes = 4 * 1024 * 1024;
/** The code of an answer that is larger. */
export const tooLarge = 'E_ANSWER_TOO_LARGE';

/**
 * Asks a service one thing, and follows no redirect: what goes along is for the address that the owner wrote, and for no
 * other. @throws the connection's own error, whose own words may hold the address, and `tooLarge`.
 */
export async function askJson(url: URL, { headers = {}, network, signal }: AskOptions): Promise<Answer> {
  const dispatcher = wayTo(url, network);
  try {
    const { statusCode, body } = await request(url, {
      headers: { accept: 'application/json', 'user-agent': 'Omega-Singularity', ...headers },
      dispatcher,
      signal,
    });
    return { status: statusCode, body: parsed(await textOf(body)) };
  } finally {
    await dispatcher.destroy();
  }
}

/** Counted as it comes in, so that a small packet cannot become a giant. */
async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) break;
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new OmegaError('the answer does not end', { code: tooLarge });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Whoever asked says so: an answer that is no JSON is not from where it should be.
  }
}
