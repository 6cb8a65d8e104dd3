import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { codeOf, messageOf, OmegaError } from './errors.ts';
import { root } from './paths.ts';

/** Variables by their names. */
export type Variables = Readonly<NodeJS.Dict<string>>;

/** The owner's configuration file, at the root. */
export const dotenvFile = join(root, '.env');

/** Names the file that is read in its place: the supervisor hands its children what it was itself started with. */
export const dotenvHandedOn = 'OMEGA_ENV_FILE';

/** What a process needs to run at all, or to speak to a person; nothing of the owner's own stands in these. */
const openNames: ReadonlySet<string> = new Set(
  `PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TZDIR TMPDIR TERM COLORTERM NO_COLOR FORCE_COLOR CI LD_LIBRARY_PATH
  MALLOC_ARENA_MAX UV_THREADPOOL_SIZE NODE_ENV NODE_OPTIONS NODE_PATH NODE_COMPILE_CACHE NODE_DISABLE_COMPILE_CACHE
  NODE_NO_WARNINGS NODE_DEBUG NODE_V8_COVERAGE NODE_EXTRA_CA_CERTS NODE_USE_SYSTEM_CA NODE_USE_ENV_PROXY SSL_CERT_FILE
  SSL_CERT_DIR OPENSSL_CONF HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy
  SSH_CONNECTION DBUS_SESSION_BUS_ADDRESS INVOCATION_ID JOURNAL_STREAM OMEGA_DATA_DIR`.split(/\s+/),
);
const openFamilies = ['LC_', 'XDG_'];

/** An address with a name or a password before its host. */
const credentials = /\/\/[^/\s]*@/;
/** The variable of a proxy, whose address is often written without its scheme. */
export const proxyName = /_proxy$/i;

/** What the shell and `.env` say, where the shell wins and an empty value counts as unset. @throws OmegaError `E_CONFIG` */
export function givenVariables(shell: Variables, dotenvPath: string): Variables {
  const handedOn = shell[dotenvHandedOn];
  const file = handedOn ? readHandedOn(handedOn) : readDotenv(dotenvPath);
  return withoutEmpty({ ...file, ...withoutEmpty(shell) });
}

/** The same as far as it can be read. */
export function readableVariables(shell: Variables, dotenvPath: string): Variables {
  try {
    return givenVariables(shell, dotenvPath);
  } catch {
    return withoutEmpty(shell); // That a file cannot be read was said by whoever asked for all of it.
  }
}

/**
 * As much of an environment as a process of Omega's may begin with: any other process of the same user can read that
 * in `/proc/PID/environ`, so that nothing may stand in it that could be a secret.
 */
export function openVariables(shell: Variables): Variables {
  return Object.fromEntries(
    Object.entries(shell).flatMap(([name, value]) => (isOpen(name, value) ? [[name, value]] : [])),
  );
}

function isOpen(name: string, value = ''): boolean {
  const isNamed = openNames.has(name) || openFamilies.some((family) => name.startsWith(family));
  return isNamed && !(proxyName.test(name) ? value.includes('@') : credentials.test(value));
}

/**
 * The rest of what is given, as the text of the file that {@link dotenvHandedOn} names. As JSON, for no dotenv file can
 * carry a value with all three kinds of quotes in it.
 */
export function handedOnText(shell: Variables, dotenvPath = dotenvFile): string {
  const open = new Set([...Object.keys(openVariables(withoutEmpty(shell))), dotenvHandedOn]);
  const rest = Object.entries(givenVariables(shell, dotenvPath)).filter(([name]) => !open.has(name));
  return `${JSON.stringify(Object.fromEntries(rest))}\n`;
}

/** An empty value counts as unset, as in most shells' idiom. */
export function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
}

/** Every fault of the configuration at once, none with a secret's value. */
export function configurationError(faults: readonly string[]): OmegaError {
  const list = faults.map((fault) => `  - ${fault}`).join('\n');
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return new OmegaError(`The configuration has ${count}:\n${list}`, {
    code: 'E_CONFIG',
    hint: 'Mend them in .env or in the shell; .env.example explains each name.',
    permanent: true,
    exitCode: 2,
  });
}

function readDotenv(path: string): Variables {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {};
    throw configurationError([`${path} cannot be read: ${messageOf(error)}`]);
  }
}

/** A process that was handed a file may not go on without it: half a configuration would be another one. */
function readHandedOn(path: string): Variables {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is no JSON' : messageOf(error);
    throw configurationError([`${path}, which the supervisor wrote, cannot be read: ${why}`]);
  }
}
