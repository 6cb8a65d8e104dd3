import { request, type Dispatcher } from 'undici';
import type { Clock } from '#lib/clock.ts';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';

/** One request for vectors, and how long it is worth waiting for. */
export interface Question {
  readonly url: URL;
  readonly apiKey: string | undefined;
  readonly body: object;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** How often at most, the first time included. */
  readonly tries: number;
  /** For all tries together. */
  readonly timeoutMs: number;
  /** A server that asks for a longer pause is left alone for now: whoever asked tries again later. */
  readonly longestPauseMs: number;
  /** What to do where the model is not there. */
  readonly missing: string;
}

/** What a server cannot do with one of the texts: it is too long for the model, or the model loses count over it. */
export const textFaults = { tooLong: 'E_EMBED_TOO_LONG', noNumber: 'E_EMBED_NAN' } as const;

const firstPauseMs = 500;
const mostFaultBytes = 64 * 1024;

/**
 * Asks until there is an answer, and resolves to it as parsed JSON. Faults that may pass are tried again, after the
 * pause that the server asks for.
 * @throws OmegaError `E_EMBED`, or one of {@link textFaults}; none tells the key, the texts or the server's own words.
 */
export async function ask(question: Question, signal: AbortSignal): Promise<unknown> {
  const limit = AbortSignal.timeout(question.timeoutMs);
  for (let tried = 1; ; tried += 1) {
    const outcome = await tryOnce(question, signal, limit);
    if ('answer' in outcome) return outcome.answer;
    const { fault, pauseMs = firstPauseMs * 2 ** (tried - 1) } = outcome;
    if (fault.permanent || limit.aborted || tried >= question.tries || pauseMs > question.longestPauseMs) throw fault;
    // Several that were turned away at once do not come back at once.
    await question.clock.sleep(pauseMs * (1 + Math.random() / 4), signal);
  }
}

type Outcome = { readonly answer: unknown } | { readonly fault: OmegaError; readonly pauseMs?: number };

async function tryOnce(question: Question, signal: AbortSignal, limit: AbortSignal): Promise<Outcome> {
  const { url, apiKey, body, dispatcher } = question;
  try {
    const response = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(body),
      dispatcher,
      signal: AbortSignal.any([signal, limit]),
    });
    if (response.statusCode === 200) return { answer: parsed(await response.body.text(), question) };
    return await refused(response, question);
  } catch (error) {
    signal.throwIfAborted();
    return { fault: faultOf(error, question, limit) };
  }
}

function parsed(text: string, question: Question): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw embedFault(question, 'answers with what is no JSON'); // The parser's own words would quote the answer.
  }
}

/** A redirect is not followed: the texts and the key are for the address that the owner wrote, and for no other. */
async function refused({ statusCode, headers, body }: Dispatcher.ResponseData, question: Question): Promise<Outcome> {
  const said = await beginningOf(body);
  if (said.includes('unsupported value: NaN'))
    return { fault: embedFault(question, 'cannot count a text', { code: textFaults.noNumber, permanent: true }) };
  if (statusCode === 429 || statusCode >= 500) {
    const what = statusCode === 429 ? 'asks us to slow down, or its quota is used up' : 'failed';
    return {
      fault: embedFault(question, `${what} (HTTP ${statusCode})`),
      ...pauseOf(headers['retry-after'], question.clock),
    };
  }
  if ((statusCode === 400 || statusCode === 413) && isTooLong(said))
    return { fault: embedFault(question, 'finds a text too long', { code: textFaults.tooLong, permanent: true }) };
  return { fault: embedFault(question, ...refusalOf(statusCode, question)) };
}

function refusalOf(status: number, { missing }: Question): [string, FaultOptions] {
  if (status === 401 || status === 403)
    return [`refuses our key (HTTP ${status})`, { hint: 'Look at OMEGA_EMBEDDINGS_API_KEY.', permanent: true }];
  if (status === 404)
    return [`does not know the model or the path (HTTP ${status})`, { hint: missing, permanent: true }];
  if (status >= 300 && status < 400)
    return [
      `sends us on (HTTP ${status}), where we do not follow`,
      { hint: 'Write the right address as OMEGA_EMBEDDINGS_URL.', permanent: true },
    ];
  return [`refuses what we ask (HTTP ${status})`, { permanent: true }];
}

/** As Ollama, OpenAI, llama.cpp, vLLM and text-embeddings-inference say it. */
function isTooLong(said: string): boolean {
  return /context[ _]length|context size|maximum (?:context|input|allowed|number of) |too (?:long|large|many)|max_tokens|must have less than/i.test(
    said,
  );
}

/** RFC 9110: seconds, or a date. */
function pauseOf(after: string | string[] | undefined, clock: Clock): { pauseMs?: number } {
  if (typeof after !== 'string') return {};
  if (/^\d{1,9}$/.test(after)) return { pauseMs: Number(after) * 1000 };
  const at = Date.parse(after);
  return Number.isNaN(at) ? {} : { pauseMs: Math.max(0, at - clock.now()) };
}

async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) break;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostFaultBytes) break; // Leaving the loop ends the stream.
  }
  return Buffer.concat(chunks).toString();
}

function faultOf(error: unknown, question: Question, limit: AbortSignal): OmegaError {
  if (error instanceof OmegaError) return error;
  if (limit.aborted) return embedFault(question, `did not answer within ${question.timeoutMs / 1000} s`);
  if (codeOf(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
    return embedFault(question, 'answers with far more than we asked for', { permanent: true });
  const proxied = /Proxy response \((\d+)\)/.exec(messageOf(error))?.[1];
  return embedFault(
    question,
    `cannot be reached: ${proxied === undefined ? causeOf(error) : `the proxy answers ${proxied}`}`,
  );
}

/** The name of the fault and no sentence, which might hold an address with a password in it. */
function causeOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined) return code;
  if (error instanceof Error && error.cause !== undefined) return causeOf(error.cause);
  return error instanceof Error ? error.name : 'for no reason that is known';
}

interface FaultOptions {
  readonly code?: string;
  readonly hint?: string;
  readonly permanent?: boolean;
}

/** The fault that the server of a question did something. */
export function embedFault({ url }: Pick<Question, 'url'>, what: string, options: FaultOptions = {}): OmegaError {
  return new OmegaError(`The model for embeddings at ${url.host} ${what}.`, { code: 'E_EMBED', ...options });
}
