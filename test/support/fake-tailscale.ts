import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a healthy machine says, as `tailscale status --json` and the LocalAPI say it. */
export function tailscaleStatus(change: { readonly Self?: object; readonly [key: string]: unknown } = {}): object {
  const { Self, ...rest } = change;
  return {
    Version: '1.94.1-t62c6f1cd7',
    BackendState: 'Running',
    Self: { DNSName: 'nuc.tail1234.ts.net.', KeyExpiry: '2026-09-01T00:00:00Z', Online: true, ...Self },
    MagicDNSSuffix: 'tail1234.ts.net',
    CertDomains: ['nuc.tail1234.ts.net'],
    Peer: null,
    ...rest,
  };
}

/** A tailscaled's LocalAPI on a socket of a test's own; it answers its own client's Host alone, as the real one. */
export async function fakeLocalApi(
  folder: string,
  answer: RequestListener,
): Promise<AsyncDisposable & { path: string }> {
  const path = join(folder, 'tailscaled.sock');
  const server = createServer((request, response) => {
    if (request.headers.host !== 'local-tailscaled.sock') return response.writeHead(403).end('invalid Host');
    if (!request.url?.startsWith('/localapi/v0/status')) return response.writeHead(404).end();
    return answer(request, response);
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A `tailscale` on a PATH of a test's own. */
export interface FakeTailscale {
  /** A folder to put before the PATH. */
  readonly bin: string;
  /** What it was asked, in order. */
  readonly calls: () => readonly string[];
  /** What it serves: the target of port 443; null: nothing. */
  readonly served: () => string | null;
}

export interface FakeTailscaleOptions {
  readonly status: object | string;
  readonly serving?: string;
  readonly funnel?: boolean;
  /** Shell that takes the place of a command, such as `echo denied >&2; exit 1`. */
  readonly instead?: { readonly [command: string]: string };
}

/** Writes it down as a shell script: it keeps what it is told to serve in a file. */
export function fakeTailscale(folder: string, options: FakeTailscaleOptions): FakeTailscale {
  const { status, serving, funnel = false, instead = {} } = options;
  const bin = join(folder, 'bin');
  const [calls, served] = [join(folder, 'calls'), join(folder, 'served')];
  mkdirSync(bin);
  writeFileSync(join(folder, 'status.json'), typeof status === 'string' ? status : JSON.stringify(status));
  writeFileSync(calls, '');
  writeFileSync(served, serving ?? '');
  const cases = Object.entries(instead).map(([command, shell]) => `  '${command}') ${shell} ;;`);
  const web = `"Web":{"nuc.tail1234.ts.net:443":{"Handlers":{"/":{"Proxy":"%s"}}}},"AllowFunnel":{"nuc.tail1234.ts.net:443":${funnel}}`;
  const script = `#!/bin/sh
echo "$*" >>'${calls}'
case "$1 $2" in
${cases.join('\n')}
  'status --json') cat '${join(folder, 'status.json')}' ;;
  'serve status') if [ -s '${served}' ]; then printf '{"TCP":{"443":{"HTTPS":true}},${web}}\\n' "$(cat '${served}')"; else echo '{}'; fi ;;
  'serve --bg') printf %s "$3" >'${served}'; echo 'Available within your tailnet:' ;;
  'serve --https=443') : >'${served}' ;;
  *) echo "no such command: $*" >&2; exit 1 ;;
esac
`;
  writeFileSync(join(bin, 'tailscale'), script, { mode: 0o755 });
  return {
    bin,
    calls: () => readFileSync(calls, 'utf8').trim().split('\n'),
    served: () => readFileSync(served, 'utf8') || null,
  };
}
