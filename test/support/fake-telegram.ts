import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';

/** How the fake answers whoever has the right token. */
export type TelegramAnswer =
  | 'well'
  | 'webhook'
  | '409'
  | '429'
  | '502'
  | 'redirect'
  | 'silent'
  | 'cut-off'
  | 'html'
  | 'endless';

/** Telegram's Bot API on loopback, as far as looking goes. */
export interface FakeTelegram extends AsyncDisposable {
  readonly root: string;
  readonly token: string;
  /** How it answers from now on. */
  answer: TelegramAnswer;
  /** Methods that were called, in order. */
  readonly asked: string[];
}

export async function startFakeTelegram(): Promise<FakeTelegram> {
  const asked: string[] = [];
  const token = `123456789:AAE${crypto.randomUUID().replaceAll('-', '')}`;
  const server = createServer((request, response) => {
    const [, bot = '', method = ''] = (request.url ?? '').split('/');
    asked.push(method);
    if (bot === `bot${token}`) reply(response, method, fake.answer);
    else send(response, 401, { ok: false, error_code: 401, description: 'Unauthorized' });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const fake: FakeTelegram = {
    root: `http://127.0.0.1:${port}`,
    token,
    answer: 'well',
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

function reply(response: ServerResponse, method: string, answer: TelegramAnswer): void {
  switch (answer) {
    case '409':
      return send(response, 409, {
        ok: false,
        error_code: 409,
        description: 'Conflict: terminated by other getUpdates',
      });
    case '429':
      return send(response, 429, { ok: false, error_code: 429, parameters: { retry_after: 35 } });
    case '502':
      return send(response, 502, '<html>Bad Gateway</html>');
    case 'redirect':
      return void response.writeHead(302, { location: 'http://elsewhere.example/' }).end();
    case 'html':
      return send(response, 200, '<html>Please sign in to this network</html>');
    case 'silent':
      return;
    case 'cut-off':
      return void response.socket?.destroy();
    case 'endless':
      return pour(response);
    case 'well':
    case 'webhook':
      return send(response, 200, { ok: true, result: method === 'getMe' ? me : webhookInfo(answer) });
    default:
      return answer satisfies never;
  }
}

const me = { id: 123456789, is_bot: true, first_name: 'Omega', username: 'omega_of_mine_bot', can_join_groups: true };

function webhookInfo(answer: 'well' | 'webhook'): object {
  const url = answer === 'webhook' ? 'https://hooks.example/secret-path' : '';
  return { url, has_custom_certificate: false, pending_update_count: 0 };
}

function send(response: ServerResponse, status: number, body: object | string): void {
  const [type, text] = typeof body === 'string' ? ['text/html', body] : ['application/json', JSON.stringify(body)];
  response.writeHead(status, { 'content-type': type }).end(text);
}

/** As fast as it is taken. */
function pour(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
  };
  response.on('drain', more);
  more();
}
