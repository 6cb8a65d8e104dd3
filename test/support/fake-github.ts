import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, isInitializeRequest, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { json } from 'node:stream/consumers';
import type { Authority } from './authority.ts';

/** What happens to calls of tools from whoever has the right token. */
export type GithubAnswer =
  | 'result'
  | 'huge'
  | 'limited-text'
  | 'refused-text'
  | '401'
  | '403'
  | '429'
  | 'dropped-stream'
  | 'silent';

/** GitHub's remote MCP server on loopback, behind a certificate for its name, on the SDK's own transport. */
export interface FakeGithub extends AsyncDisposable {
  readonly port: number;
  readonly token: string;
  answer: GithubAnswer;
  /** So many calls, from now on, lose their stream before the answer. */
  dropsNext: number;
  /** Forgets every session: the next request on an old one is a 404. */
  readonly forgetSessions: () => void;
  /** The headers of each request with the right token. */
  readonly headers: IncomingMessage['headers'][];
  /** How many calls reached a tool. */
  calls: number;
}

export const githubHost = 'api.githubcopilot.com';

const readTools = [
  'get_me',
  'get_file_contents',
  'get_commit',
  'get_latest_release',
  'issue_read',
  'list_commits',
  'list_issues',
  'list_pull_requests',
  'list_releases',
  'pull_request_read',
  'search_code',
  'search_issues',
  'search_repositories',
];
const writeTools = ['create_or_update_file', 'issue_write', 'merge_pull_request'];

export async function startFakeGithub(authority: Authority): Promise<FakeGithub> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const fake = {
    token: `github_pat_${crypto.randomUUID()}`,
    answer: 'result' as GithubAnswer,
    dropsNext: 0,
    headers: [] as IncomingMessage['headers'][],
    calls: 0,
    forgetSessions: () => sessions.clear(),
  };
  const server = await authority.serve(
    [githubHost],
    (request, response) => void route(fake, sessions, { request, response }),
  );
  return Object.assign(fake, { port: server.port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() });
}

type State = Omit<FakeGithub, 'port' | typeof Symbol.asyncDispose>;
type Sessions = Map<string, StreamableHTTPServerTransport>;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function route(state: State, sessions: Sessions, { request, response }: Exchange): Promise<void> {
  if (request.headers.authorization !== `Bearer ${state.token}`) return unauthorized(response);
  state.headers.push(request.headers);
  const body = request.method === 'POST' ? await json(request) : undefined;
  if (isCall(body) && brokeOff(state, response)) return;
  const transport = await sessionOf(state, sessions, { request, body });
  if (transport === undefined) response.writeHead(404).end('session not found');
  else await transport.handleRequest(request, response, body);
}

function unauthorized(response: ServerResponse): void {
  response
    .writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"', 'content-type': 'text/plain' })
    .end('unauthorized: AuthenticateToken authentication failed');
}

function isCall(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'tools/call';
}

/** True where the transport is not to see this call. */
function brokeOff(state: State, response: ServerResponse): boolean {
  const answer = state.dropsNext > 0 ? 'dropped-stream' : state.answer;
  state.dropsNext = Math.max(0, state.dropsNext - 1);
  if (answer === '401') unauthorized(response);
  else if (answer === '403') response.writeHead(403, { 'content-type': 'text/plain' }).end('insufficient scopes');
  else if (answer === '429') response.writeHead(429, { 'retry-after': '7' }).end('<h1>Too many requests</h1>');
  else if (answer === 'dropped-stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: message\nid: 1\ndata: {"jsonrpc":"2.0",', () => response.destroy());
  } else return answer === 'silent';
  return true;
}

interface Opening {
  readonly request: IncomingMessage;
  readonly body: unknown;
}

async function sessionOf(
  state: State,
  sessions: Sessions,
  { request, body }: Opening,
): Promise<StreamableHTTPServerTransport | undefined> {
  const id = request.headers['mcp-session-id'];
  if (typeof id === 'string') return sessions.get(id);
  if (!isInitializeRequest(body)) return undefined;
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => crypto.randomUUID(),
    onsessioninitialized: (session) => void sessions.set(session, transport),
  });
  await toolServer(state, request.headers['x-mcp-readonly'] === 'true').connect(transport);
  return transport;
}

function toolServer(state: State, readOnly: boolean): Server {
  const server = new Server({ name: 'github-mcp-server', version: 'remote' }, { capabilities: { tools: {} } });
  const names = readOnly ? readTools : [...readTools, ...writeTools];
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: names.map((name) => ({
      name,
      description: `GitHub's ${name}`,
      inputSchema: { type: 'object' as const, properties: { query: { type: 'string' } } },
      annotations: { readOnlyHint: readTools.includes(name) },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    state.calls += 1;
    return answerOf(state.answer, params.name);
  });
  return server;
}

function answerOf(
  answer: GithubAnswer,
  tool: string,
): { content: { type: 'text'; text: string }[]; isError?: boolean } {
  const where = `failed to call ${tool}: GET https://api.github.com/user`;
  if (answer === 'refused-text') return error(`${where}: 401 Bad credentials []`);
  if (answer === 'limited-text') {
    const until = '403 API rate limit of 5000 still exceeded until 2026-01-01 00:00:00 +0000 UTC';
    return error(`${where}: ${until}, not making remote request. [rate reset in 12m05s]`);
  }
  const text = answer === 'huge' ? 'x'.repeat(8_000_000) : JSON.stringify({ login: 'owner', tool });
  return { content: [{ type: 'text', text }] };
}

function error(text: string): { content: { type: 'text'; text: string }[]; isError: true } {
  return { content: [{ type: 'text', text }], isError: true };
}
