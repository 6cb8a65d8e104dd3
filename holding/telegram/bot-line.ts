import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import { getCACertificates, TLSSocket } from 'node:tls';
import type { Env } from '#lib/env.ts';
import { isNear } from '../way.ts';

/**
 * One connection for one call: what idles may be dead without anyone knowing it, and a second one would be a redirect,
 * to where neither the token nor the payload belongs.
 */
export interface BotLine extends Disposable {
  readonly agent: HttpAgent;
  /** Whether anything of the call can have arrived. */
  readonly wasOpen: () => boolean;
  /** What the answer began with; null: none did. */
  readonly status: () => number | null;
  /** Ends an answer in its midst as well, so that its reader ends. */
  readonly hangUp: () => void;
}

/** A hundred updates are far below. */
const mostAnswerBytes = 16 * 1024 * 1024;
const answered = 'http.client.response.finish';

/** A line to the Bot API; through the machine's proxy where it is on the internet. @throws where certificates cannot be read */
export function openBotLine(root: URL, network: Env['network']): BotLine {
  const agent = agentFor(root, network);
  const sockets: Socket[] = [];
  let isOpen = false;
  let status: number | null = null;
  const hangUp = (): void => sockets.forEach((socket) => socket.destroy());
  const onAnswer = (message: unknown): void => {
    const response = answerOn(agent, message);
    if (response === null) return;
    isOpen = true;
    status = response.statusCode ?? null;
    endWhenCutOff(response, hangUp);
  };
  watchConnections(agent, { onSocket: (socket) => sockets.push(socket), onOpen: () => (isOpen = true) });
  subscribe(answered, onAnswer);
  return {
    agent,
    wasOpen: () => isOpen,
    status: () => status,
    hangUp,
    [Symbol.dispose]: () => {
      unsubscribe(answered, onAnswer);
      hangUp();
      agent.destroy();
    },
  };
}

function agentFor(root: URL, { proxy, extraCaFile }: Env['network']): HttpAgent {
  const trust = extraCaFile === undefined ? {} : { ca: [...getCACertificates(), readFileSync(extraCaFile, 'utf8')] };
  const way = proxy === undefined || isNear(root) ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } };
  return root.protocol === 'https:' ? new HttpsAgent({ ...trust, ...way }) : new HttpAgent(way);
}

interface Watch {
  readonly onSocket: (socket: Socket) => void;
  /** From now on something of the call can have arrived. */
  readonly onOpen: () => void;
}

/** Through a proxy the socket that is handed back is only the way there; the one with TLS comes later. */
function watchConnections(agent: HttpAgent, { onSocket, onOpen }: Watch): void {
  const connect = agent.createConnection.bind(agent);
  let isTaken = false;
  agent.createConnection = (options, callback) => {
    if (isTaken) throw new Error('it is sent on to another address');
    isTaken = true;
    const socket = connect(options, (error, later) => {
      if (!(error instanceof Error) && later instanceof Socket) onOpen();
      callback?.(error, later);
    });
    if (!(socket instanceof Socket)) return socket;
    onSocket(socket);
    if (socket instanceof TLSSocket) socket.once('secureConnect', onOpen);
    else if (!(agent instanceof HttpsAgent)) socket.once('connect', onOpen);
    return socket;
  };
}

/** The answer that this agent's request got, as Node tells of every one in the process. */
function answerOn(agent: HttpAgent, message: unknown): IncomingMessage | null {
  if (typeof message !== 'object' || message === null || !('request' in message && 'response' in message)) return null;
  const { request, response } = message;
  if (typeof request !== 'object' || request === null || !('agent' in request) || request.agent !== agent) return null;
  return response instanceof IncomingMessage ? response : null;
}

/**
 * telegraf's reader waits 500 s for the rest of an answer that was cut off, and keeps its process alive for as long:
 * here it is told that this was all. What does not end is cut off.
 */
function endWhenCutOff(response: IncomingMessage, hangUp: () => void): void {
  // Where this is said the client looks for the end itself, and then keeps its timer.
  delete response.headers['transfer-encoding'];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostAnswerBytes) hangUp();
  });
  response.once('close', () => {
    if (!response.complete) response.emit('end');
  });
}
