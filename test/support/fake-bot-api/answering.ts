import type { ServerResponse } from 'node:http';
import type { FaultKind } from './faults.ts';
import { Refusal, refusalBody, tooMany } from './refusal.ts';

const otherPoll = 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function refuse(response: ServerResponse, refusal: Refusal): void {
  sendJson(response, refusal.status, refusalBody(refusal));
}

/** Answers in the place of a method that did not take effect. */
export function answerWith(
  kind: Exclude<FaultKind, 'accept-reset' | 'html' | 'cut-off'>,
  response: ServerResponse,
): void {
  switch (kind) {
    case '409':
      return refuse(response, new Refusal(409, otherPoll));
    case '429':
      return refuse(response, tooMany(1));
    case '502':
      return sendPage(response, 502, '<html><head><title>502 Bad Gateway</title></head></html>');
    case 'redirect':
      return void response.writeHead(302, { location: 'http://elsewhere.example/' }).end();
    case 'hang':
      return;
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'endless':
      return pour(response);
    default:
      return kind satisfies never;
  }
}

/** Spoils the answer of a method that took effect. */
export function spoil(kind: 'accept-reset' | 'html' | 'cut-off', response: ServerResponse, body: object): void {
  if (kind === 'accept-reset') return void response.socket?.resetAndDestroy();
  if (kind === 'html') return sendPage(response, 200, '<html>Please sign in to this network</html>');
  const text = JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.socket?.end());
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html' }).end(html);
}

/** As fast as it is taken. */
function pour(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
  };
  response.on('drain', more);
  more();
}
