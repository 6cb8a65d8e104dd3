import { timingSafeEqual } from 'node:crypto';
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { RequestError, Server, type PrepareRequestFunctionOpts, type PrepareRequestFunctionResult } from 'proxy-chain';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { publicAddresses, type Address } from './public-address.ts';

/** The one way out for servers and feeds: a proxy on loopback that passes each of them to its own hosts only. */
export interface Egress extends AsyncDisposable {
  /**
   * The proxy's address for one name, with a password that is this name's own. A host is `api.example.org`,
   * `*.example.org` (any depth below, not itself), or with another port than 443 `example.org:80`. Asked again for the
   * same name, the address stays and the hosts are replaced.
   */
  readonly urlFor: (name: string, hosts: readonly string[]) => string;
}

export interface EgressOptions {
  /** The proxy by which this machine reaches the internet, with its credentials; it then resolves the names. */
  readonly upstream?: string | undefined;
  readonly log: Log;
  /** Finds the addresses of a name and refuses what is not the internet's. */
  readonly resolve?: (host: string) => Promise<readonly Address[]>;
}

interface Permit {
  readonly token: string;
  readonly hosts: readonly string[];
}

/** More different refusals than these are not logged: a server that tries everything must not fill the disk. */
const mostRefusalsLogged = 200;

/** @throws OmegaError `E_CONFIG` where `upstream` is no proxy's address. */
export async function openEgress({ upstream, log, resolve = publicAddresses }: EgressOptions): Promise<Egress> {
  requireProxyUrl(upstream);
  const permits = new Map<string, Permit>();
  const note = refusalLog(log);
  const server = new Server({
    host: '127.0.0.1',
    port: 0,
    authRealm: 'omega',
    prepareRequestFunction: (request) => passage({ request, permits, upstream, resolve, note }),
  });
  server.on('tunnelConnectFailed', ({ response }: { response: { statusCode?: number } }) => {
    note({ reason: `the outer proxy answers ${response.statusCode ?? 'nothing'}` });
  });
  await server.listen();
  return {
    urlFor: (name, hosts) => {
      const token = permits.get(name)?.token ?? crypto.randomUUID();
      permits.set(name, { token, hosts: hosts.map((host) => host.toLowerCase()) });
      return `http://${encodeURIComponent(name)}:${token}@127.0.0.1:${server.port}`;
    },
    [Symbol.asyncDispose]: async () => {
      permits.clear();
      await server.close(true);
    },
  };
}

interface Passage {
  readonly request: PrepareRequestFunctionOpts;
  readonly permits: ReadonlyMap<string, Permit>;
  readonly upstream: string | undefined;
  readonly resolve: (host: string) => Promise<readonly Address[]>;
  readonly note: (refusal: Refusal) => void;
}

interface Refusal {
  readonly reason: string;
  /** Whose request it was; `name` is the log's own word. */
  readonly by?: string;
  readonly host?: string;
}

/** How one request may go on. @throws RequestError, which becomes the answer. */
async function passage({ request, permits, upstream, resolve, note }: Passage): Promise<PrepareRequestFunctionResult> {
  const name = request.username;
  const permit = permits.get(name);
  if (permit === undefined || !isSame(request.password, permit.token)) return { requestAuthentication: true };

  const host = request.hostname.toLowerCase().replace(/\.$/, '');
  if (!permit.hosts.some((pattern) => covers(pattern, { host, port: request.port }))) {
    note({ by: name, host: `${host}:${request.port}`, reason: 'is not on its list' });
    throw new RequestError(`${name} may not reach ${host}:${request.port}: it is not among its egress hosts.`, 403);
  }
  if (upstream !== undefined) return { upstreamProxyUrl: upstream };
  try {
    const addresses = await resolve(host);
    return { dnsLookup: lookupOf(addresses) };
  } catch (error) {
    note({ by: name, host, reason: messageOf(error) });
    throw new RequestError(messageOf(error), codeOf(error) === 'E_EGRESS_ADDRESS' ? 403 : 502);
  }
}

function covers(pattern: string, target: { readonly host: string; readonly port: number }): boolean {
  const [, name = '', port = '443'] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  if (Number(port) !== target.port) return false;
  return name.startsWith('*.') ? target.host.endsWith(name.slice(1)) : target.host === name;
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Answers with the addresses that were looked at, so that a second answer of the name server cannot slip in. */
function lookupOf(addresses: readonly Address[]): typeof lookup {
  return new Proxy(lookup, {
    apply: (_lookup, _self, [, options, callback]: Parameters<LookupFunction>) => {
      const [first] = addresses;
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? '', first?.family);
    },
  });
}

/** Each refusal once, by name and host: neither path, token nor body. */
function refusalLog(log: Log): (refusal: Refusal) => void {
  const seen = new Set<string>();
  return (refusal) => {
    const key = JSON.stringify(refusal);
    if (seen.has(key) || seen.size >= mostRefusalsLogged) return;
    seen.add(key);
    log.warn('a request to the internet was refused', { ...refusal });
  };
}

function requireProxyUrl(upstream: string | undefined): void {
  if (upstream === undefined || ['http:', 'https:'].includes(URL.parse(upstream)?.protocol ?? '')) return;
  throw new OmegaError('HTTPS_PROXY is no proxy address, so nothing can be sent through it.', {
    code: 'E_CONFIG',
    hint: 'Write it as http://user:password@proxy.example.org:3128.',
    permanent: true,
    exitCode: 2,
  });
}
