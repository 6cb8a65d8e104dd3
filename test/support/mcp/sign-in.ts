import {
  auth,
  computeScopeUnion,
  extractWWWAuthenticateParams,
  isStrictScopeSuperset,
  UnauthorizedError,
  type FetchLike,
  type OAuthClientProvider,
} from '@modelcontextprotocol/client';

const redirectUrl = 'http://localhost:3000/callback';
/** So often one request is tried with new permissions before it is given up. */
const mostSignIns = 3;

type Client = Awaited<ReturnType<OAuthClientProvider['clientInformation']>>;
type Tokens = Awaited<ReturnType<OAuthClientProvider['tokens']>>;
type Discovery = Awaited<ReturnType<NonNullable<OAuthClientProvider['discoveryState']>>>;

export interface SignIn {
  readonly serverUrl: URL;
  /** Known to the authorization server beforehand. */
  readonly client?: Client;
}

/** Puts a token on every request, and gets a new one, or one that may do more, where the server asks for it. */
export function signingIn({ serverUrl, client }: SignIn): (next: FetchLike) => FetchLike {
  const provider = new ScriptedProvider(client);
  let asked: string | undefined;

  async function signIn(response: Response, next: FetchLike): Promise<void> {
    const fetchFn: FetchLike = (url, init) => next(url, withTextBody(init));
    const { resourceMetadataUrl, scope: wanted } = extractWWWAuthenticateParams(response);
    const held = provider.tokens()?.scope;
    const scope = response.status === 403 ? computeScopeUnion(asked, held, wanted) : wanted;
    asked = scope ?? asked;
    provider.forgetServer();
    const options = {
      serverUrl,
      fetchFn,
      ...(scope && { scope }),
      ...(resourceMetadataUrl && { resourceMetadataUrl }),
    };
    const forceReauthorization = isStrictScopeSuperset(scope, held);
    if ((await auth(provider, { ...options, forceReauthorization })) === 'AUTHORIZED') return;
    if ((await auth(provider, { ...options, ...provider.takeCode() })) === 'REDIRECT') throw new UnauthorizedError();
  }

  return (next) => async (url, init) => {
    for (let signIns = 0; ; signIns += 1) {
      const headers = new Headers(init?.headers);
      const token = provider.tokens()?.access_token;
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      const response = await next(url, { ...init, headers });
      if (![401, 403].includes(response.status) || signIns === mostSignIns) return response;
      await response.body?.cancel();
      await signIn(response, next);
    }
  };
}

/** The only kind of body that a transport of Omega's sends. */
function withTextBody(init: RequestInit = {}): RequestInit {
  return init.body instanceof URLSearchParams ? { ...init, body: init.body.toString() } : init;
}

/** The owner at the browser, who says yes to everything. */
class ScriptedProvider implements OAuthClientProvider {
  readonly redirectUrl = redirectUrl;
  readonly clientMetadataUrl = 'https://conformance-test.local/client-metadata.json';
  readonly clientMetadata = {
    client_name: 'omega',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
  };
  #client: Client;
  #tokens: Tokens;
  #verifier = '';
  #discovery: Discovery;
  #answer = new URLSearchParams();

  constructor(client: Client) {
    this.#client = client;
  }

  clientInformation(): Client {
    return this.#client;
  }
  saveClientInformation(client: NonNullable<Client>): void {
    this.#client = client;
  }
  tokens(): (Tokens & object) | undefined {
    return this.#tokens;
  }
  saveTokens(tokens: NonNullable<Tokens>): void {
    this.#tokens = tokens;
  }
  codeVerifier(): string {
    return this.#verifier;
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }
  discoveryState(): Discovery {
    return this.#discovery;
  }
  saveDiscoveryState(state: NonNullable<Discovery>): void {
    this.#discovery = state;
  }
  forgetServer(): void {
    this.#discovery = undefined;
  }
  async redirectToAuthorization(url: URL): Promise<void> {
    const response = await fetch(url, { redirect: 'manual' });
    this.#answer = new URL(response.headers.get('location') ?? '').searchParams;
  }
  takeCode(): { authorizationCode: string; iss?: string } {
    const iss = this.#answer.get('iss');
    return { authorizationCode: this.#answer.get('code') ?? '', ...(iss !== null && { iss }) };
  }
}
