import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerWith, refuse, sendJson, spoil } from './answering.ts';
import type { BotState } from './bot.ts';
import type { Counter } from './counts.ts';
import type { FaultKind, planFaults } from './faults.ts';
import type { Limit } from './limits.ts';
import { methods } from './methods.ts';
import { readParams, type Params } from './params.ts';
import { getUpdates } from './polls.ts';
import { Refusal } from './refusal.ts';

export interface AskedCall {
  readonly botId: string;
  readonly method: string;
  /** Without files; empty where it went wrong before it was read. */
  readonly params: Params;
}

/** All that the server has. */
export interface Api {
  readonly secondMs: number;
  readonly mostFileBytes: number;
  readonly bots: Map<string, BotState>;
  readonly asked: AskedCall[];
  readonly faults: ReturnType<typeof planFaults>;
  readonly counter: Counter;
  readonly limits: Map<BotState, Limit>;
}

/** Answers one call, as it should or as its fault wants it. */
export async function serve(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.once('error', () => gone.abort());
  try {
    await answer(api, { request, response, gone: gone.signal });
  } catch (error) {
    if (!(error instanceof Refusal) && !gone.signal.aborted) console.error('the fake Bot API itself', error);
    if (!response.headersSent) refuse(response, error instanceof Refusal ? error : new Refusal(500, String(error)));
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly gone: AbortSignal;
}

async function answer(api: Api, { request, response, gone }: Exchange): Promise<void> {
  const [, first = '', ...rest] = new URL(request.url ?? '/', 'http://localhost').pathname.split('/');
  if (first === 'file') return download(api, response, rest);
  const token = first.replace(/^bot/, '');
  const method = rest.join('/');
  const fault = api.faults.take(method);
  if (fault !== null) api.counter.fail();
  if (fault !== null && !isSpoiling(fault)) {
    api.asked.push({ botId: token.split(':')[0] ?? '', method, params: {} });
    if (fault !== 'reset' && fault !== 'hang') await readParams(request, api.mostFileBytes);
    return answerWith(fault, response);
  }
  const params = await readParams(request, api.mostFileBytes);
  api.asked.push({ botId: token.split(':')[0] ?? '', method, params: withoutFiles(params) });
  const result = await perform(api, { token, method, params, gone });
  if (isMessage(method)) noteLoss(api, response, fault !== null || gone.aborted);
  if (fault === null) sendJson(response, 200, { ok: true, result });
  else spoil(fault, response, { ok: true, result });
}

function isMessage(method: string): boolean {
  return method === 'sendMessage' || method === 'sendDocument';
}

/** Its sender never heard that it took effect. */
function noteLoss({ counter }: Api, response: ServerResponse, isKnown: boolean): void {
  if (isKnown) counter.lose();
  else response.once('close', () => (response.writableFinished ? undefined : counter.lose()));
}

function isSpoiling(fault: FaultKind): fault is 'accept-reset' | 'html' | 'cut-off' {
  return fault === 'accept-reset' || fault === 'html' || fault === 'cut-off';
}

function withoutFiles(params: Params): Params {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => !(value instanceof File)));
}

interface Asked {
  readonly token: string;
  readonly method: string;
  readonly params: Params;
  readonly gone: AbortSignal;
}

async function perform(api: Api, { token, method, params, gone }: Asked): Promise<unknown> {
  const { counter, limits, mostFileBytes, secondMs } = api;
  const bot = botOf(api, token);
  const limit = limits.get(bot) ?? (() => {});
  const method_ = methods[method];
  if (method !== 'getUpdates' && method_ === undefined) throw new Refusal(404, 'Not Found');
  const result =
    method_ === undefined
      ? await getUpdates(bot, params, { secondMs, gone })
      : await method_({ bot, params, counter, limit, mostFileBytes });
  counter.accept(method);
  return result;
}

/** What never was a token is not found; what was one is not authorized. */
function botOf({ bots }: Api, token: string): BotState {
  const bot = bots.get(token);
  if (bot !== undefined && !bot.isRevoked) return bot;
  if (/^\d+:[\w-]{20,}$/.test(token)) throw new Refusal(401, 'Unauthorized');
  throw new Refusal(404, 'Not Found');
}

function download(api: Api, response: ServerResponse, [first = '', ...path]: readonly string[]): void {
  const bot = botOf(api, first.replace(/^bot/, ''));
  const file = [...bot.files.values()].find((one) => one.path === path.join('/'));
  if (file === undefined) throw new Refusal(404, 'Not Found');
  response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.bytes);
}
