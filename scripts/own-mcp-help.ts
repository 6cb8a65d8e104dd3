import { join } from 'node:path';
import { nodeLauncher, root } from '#lib/paths.ts';
import { mcpToken } from './mcp-token.ts';
import { runningServices, servedPage } from './running.ts';
import { readSettings, type Settings } from './settings.ts';

/** An entry under `mcpServers`, as editors and assistants take it. */
type ServerEntry =
  | { readonly command: string; readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> }
  | { readonly type: 'http'; readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** All that a client needs to be connected with Omega. */
export interface ConnectionHelp {
  /** Null: the edge does not run now. */
  readonly url: string | null;
  /** Whoever has it can ask everything and run the allowed jobs. */
  readonly token: string;
  /** Ready-made for a client on this machine; `http` only while the edge runs, for its port may change. */
  readonly snippets: {
    readonly stdio: { readonly mcpServers: { readonly omega: ServerEntry } };
    readonly http: { readonly mcpServers: { readonly omega: ServerEntry } } | null;
  };
}

/** How a client is connected; makes the token where there is none yet. */
export async function connectionHelp(
  signal: AbortSignal,
  settings: Settings = readSettings(),
): Promise<ConnectionHelp> {
  const { paths } = settings;
  const page = await servedPage(paths, await runningServices(paths, signal));
  const token = await mcpToken(paths);
  const url = page === null ? null : new URL('/mcp', page.url).href;
  const headers = { Authorization: `Bearer ${token}` };
  return {
    url,
    token,
    snippets: {
      stdio: { mcpServers: { omega: stdioEntry(settings) } },
      http: url === null ? null : { mcpServers: { omega: { type: 'http', url, headers } } },
    },
  };
}

/** Not by way of `npm run`, which prints its own lines where the protocol's stand. */
function stdioEntry({ paths }: Settings): ServerEntry {
  const entry = { command: 'sh', args: [nodeLauncher, join(root, 'scripts', 'mcp.ts'), 'serve'] };
  // An editor is not started from the shell in which the folder was chosen.
  return paths.data === join(root, 'data') ? entry : { ...entry, env: { OMEGA_DATA_DIR: paths.data } };
}

/** The same for a person, on standard output. */
export function connectionLines({ url, token, snippets }: ConnectionHelp): string[] {
  return [
    'As a process of the client (works while Omega is stopped, too):',
    JSON.stringify(snippets.stdio, null, 2),
    '',
    ...(url === null || snippets.http === null
      ? ['Over HTTP: Omega does not run now, so there is no address. npm start, then ask again.', `Token: ${token}`]
      : [`Over HTTP: ${url}`, `Token: ${token}`, JSON.stringify(snippets.http, null, 2)]),
    '',
    'docs/connect.md says where each client wants it. Keep the token to yourself: it is as good as a key.',
  ];
}
