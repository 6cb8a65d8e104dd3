import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Authority } from './authority.ts';

/** How the calendars answer whoever has a token that is still good. */
export type CalendarAnswer = 'calendars' | '401' | '403' | '429' | '500' | 'silent';

/** Google's sign-in and calendars on loopback, behind one certificate for their names. */
export interface FakeGoogle extends AsyncDisposable {
  readonly port: number;
  /** What a refresh must bring. */
  readonly refreshToken: string;
  /** The access token that is good now; a refresh makes another one. */
  accessToken: string;
  answer: CalendarAnswer;
  /** Whether the sign-in is still known: else `invalid_grant`, as after a test mode's seven days. */
  signedIn: boolean;
  /** As of an app in test mode; undefined: in production. */
  signInSeconds: number | undefined;
  readonly asked: string[];
}

export const googleHosts = ['oauth2.googleapis.com', 'www.googleapis.com'] as const;

export async function startFakeGoogle(authority: Authority): Promise<FakeGoogle> {
  const state = {
    refreshToken: `1//${crypto.randomUUID()}`,
    accessToken: newAccessToken(),
    answer: 'calendars' as CalendarAnswer,
    signedIn: true,
    signInSeconds: undefined as number | undefined,
    asked: [] as string[],
  };
  const server = await authority.serve(googleHosts, (request, response) => void answer(state, request, response));
  return Object.assign(state, { port: server.port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() });
}

type State = Omit<FakeGoogle, 'port' | typeof Symbol.asyncDispose>;

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '', 'https://www.googleapis.com');
  state.asked.push(`${request.method} ${request.headers.host}${pathname}`);
  if (pathname === '/token') return refresh(state, await text(request), response);
  if (request.headers.authorization !== `Bearer ${state.accessToken}`) return refuse(response, 401);
  if (state.answer === 'silent') return;
  if (state.answer !== 'calendars') return refuse(response, Number(state.answer));
  json(response, 200, {
    kind: 'calendar#calendarList',
    items: [
      { id: 'owner@example.org', summary: 'Work', primary: true, accessRole: 'owner', timeZone: 'Europe/Amsterdam' },
      { id: 'holidays@example.org', summary: 'Holidays', accessRole: 'reader', timeZone: 'Europe/Amsterdam' },
    ],
  });
}

function refresh(state: State, body: string, response: ServerResponse): void {
  const form = new URLSearchParams(body);
  const isKnown = form.get('grant_type') === 'refresh_token' && form.get('refresh_token') === state.refreshToken;
  if (!state.signedIn || !isKnown) {
    json(response, 400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' });
    return;
  }
  state.accessToken = newAccessToken();
  json(response, 200, {
    access_token: state.accessToken,
    expires_in: 3599,
    scope: 'https://www.googleapis.com/auth/calendar',
    token_type: 'Bearer',
    ...(state.signInSeconds === undefined ? {} : { refresh_token_expires_in: state.signInSeconds }),
  });
}

function newAccessToken(): string {
  return `ya29.${crypto.randomUUID()}`;
}

const refusals: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  401: ['authError', 'Invalid Credentials'],
  403: ['forbidden', 'Request had insufficient authentication scopes.'],
  429: ['rateLimitExceeded', 'Rate Limit Exceeded'],
  500: ['backendError', 'Backend Error'],
};

function refuse(response: ServerResponse, code: number): void {
  const [reason, message] = refusals[code] ?? ['unknown', 'Unknown'];
  json(response, code, { error: { code, message, errors: [{ domain: 'global', reason, message }] } });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));
}
