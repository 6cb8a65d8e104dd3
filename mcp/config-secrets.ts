import { existsSync } from 'node:fs';

/** A text of an entry, its variables in place. */
export interface FilledText {
  /** `env.API_KEY`. */
  readonly where: string;
  readonly filled: string;
  /** The values that came from outside. */
  readonly values: readonly string[];
}

/** A shorter value would blacken half of every log, and is no key. */
const shortestSecret = 6;
const secretName = /^(env|headers)\..*(key|token|secret|passw|auth|credential)/i;

/**
 * What of it may stand in no log, error or page: what came from outside, all of what is called a key, and what an
 * address holds besides its place. Where a file lies is no secret, and words that nobody could do without.
 */
export function secretsIn({ where, filled, values }: FilledText): string[] {
  const named = secretName.test(where) ? [filled] : [];
  return [...values, ...named, ...credentialsOf(filled)].filter(
    (value) => value.length >= shortestSecret && !isPath(value),
  );
}

/** Name, password and query of an address, as they are written and as they are meant; `--url=https://…` has one too. */
function credentialsOf(text: string): string[] {
  const url = URL.parse(/[a-z][a-z0-9+.-]*:\/\/.*/is.exec(text)?.[0] ?? '');
  if (url === null) return [];
  const query = url.search.slice(1).split('&');
  const written = [url.username, url.password, ...query.map((pair) => pair.slice(pair.indexOf('=') + 1))];
  return [...written, ...written.map(decoded), ...url.searchParams.values()];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A percent sign that means itself.
  }
}

/** A key may begin with a slash as well, but hardly with a folder of this machine. */
function isPath(value: string): boolean {
  const top = /^\/[^/]+/.exec(value)?.[0];
  return top !== undefined && existsSync(top);
}
