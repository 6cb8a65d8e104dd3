import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import {
  decoded,
  type embeddingProviders,
  loopbackHosts,
  type modelProviders,
  Variables,
  type Given,
  type QuietHours,
  type ReportKind,
} from './env-variables.ts';
import { messageOf } from './errors.ts';
import { languages, type Language } from './language.ts';
import {
  configurationError,
  dotenvFile,
  dotenvHandedOn,
  givenVariables,
  proxyName,
  readableVariables,
} from './given.ts';

/** The configuration as every process sees it; read once, at its start. */
export interface Env {
  readonly dataDir: string;
  readonly timezone: string;
  readonly language: Language;
  /** Undefined: the project's own private Redis. */
  readonly redisUrl: string | undefined;
  /** Undefined: the project's own private Chroma. */
  readonly chromaUrl: string | undefined;
  readonly embeddings: EmbeddingSettings;
  readonly edgeHost: string;
  /** An address of this machine on the local network where the page may be read too; undefined: nowhere. */
  readonly networkHost: string | undefined;
  /** Undefined: {@link usualEdgePort}, or the next free port. */
  readonly edgePort: number | undefined;
  readonly boardToken: string | undefined;
  /** The unix socket that `tailscale serve` speaks to; undefined: `edge.sock` beside the others. */
  readonly edgeSocket: string | undefined;
  /** Where tailscaled answers. */
  readonly tailscaleSocket: string;
  /** Undefined: `checks.yaml` in the data folder. */
  readonly checksFile: string | undefined;
  /** Local times between which only what is urgent makes a noise, as minutes of the day; undefined: none. */
  readonly quietHours: QuietHours | undefined;
  /** Whom to tell that all goes on, and at `/fail` that it does not. */
  readonly pingUrl: string | undefined;
  /** Omega's own bot; undefined: it has none. */
  readonly telegram: TelegramSettings | undefined;
  /** The owner's second bot, a process of its own; undefined: its token is not known here. */
  readonly zwartehand: TelegramSettings | undefined;
  readonly reports: ReportSettings;
  /** The model that Omega may ask; undefined: none. */
  readonly llm: ModelSettings | undefined;
  /** Undefined: `mcp.json` in the data folder, else the shipped one. */
  readonly mcpConfig: string | undefined;
  /**
   * Any variable of the shell or of `.env`, or what its `NAME_FILE` holds: `mcp.json` may name whichever its servers
   * need. Undefined where it is unset or empty. @throws OmegaError `E_CONFIG` where its file cannot be read.
   */
  readonly variable: (name: string) => string | undefined;
  /** How this machine reaches the internet where it may not do so directly, and the certificates that it trusts besides. */
  readonly network: { readonly proxy: string | undefined; readonly extraCaFile: string | undefined };
  /** The end of the ssh connection on this machine, where one came by ssh. */
  readonly ssh: { readonly address: string; readonly port: string } | undefined;
  /** Everything that may stand in no log, error or page. */
  readonly secrets: readonly string[];
  /** What deserves a word but stops nothing: unknown names. */
  readonly warnings: readonly string[];
}

/** The model that turns texts into vectors for the memory. */
export interface EmbeddingSettings {
  readonly provider: (typeof embeddingProviders)[number];
  /** Undefined: the provider's usual one. */
  readonly url: string | undefined;
  readonly model: string | undefined;
  readonly apiKey: string | undefined;
}

/** A bot on Telegram, and the one chat that it speaks in. */
export interface TelegramSettings {
  /** Whoever has it is the bot. It stands in the path of every call, so that an address may be shown nowhere. */
  readonly token: string;
  readonly chatId: string | undefined;
  /** Telegram's own, or that of a local Bot API server; without a slash at its end. */
  readonly apiRoot: string;
}

/** What may leave this machine, and for whom it is sealed. */
export interface ReportSettings {
  /** The owner's public keys as they were given, one or more; undefined: no report leaves. */
  readonly encryptionKey: string | undefined;
  /** Kinds that the owner lets go out unsealed. */
  readonly plaintext: readonly ReportKind[];
}

/** A large language model, and who offers it. */
export interface ModelSettings {
  readonly provider: Exclude<(typeof modelProviders)[number], 'none'>;
  /** Undefined: the provider's usual one; without a slash at its end. */
  readonly baseUrl: string | undefined;
  readonly model: string | undefined;
  readonly apiKey: string | undefined;
}

/** Where the page is served unless the owner says otherwise, or another program is there. */
export const usualEdgePort = 8501;

/** Names that may hold a secret, and so may also come from a file: `NAME_FILE`. */
const secretNames = [
  'REDIS_URL',
  'CHROMA_URL',
  'OMEGA_PING_URL',
  'OMEGA_BOARD_TOKEN',
  'OMEGA_EMBEDDINGS_API_KEY',
  'OMEGA_TELEGRAM_BOT_TOKEN',
  'ZWARTEHAND_TELEGRAM_BOT_TOKEN',
  'OMEGA_LLM_API_KEY',
  'BRAVE_API_KEY',
  'GITHUB_PERSONAL_ACCESS_TOKEN',
] as const;

/** Every name that is read; `.env.example` has the same. */
export const knownNames: ReadonlySet<string> = new Set([
  ...Object.keys(Variables.shape),
  ...secretNames.map((name) => `${name}_FILE`),
]);

/**
 * Reads the configuration from the shell and from `.env` at the root, where the shell's value wins.
 * @throws OmegaError `E_CONFIG`, exit code 2, naming every fault at once and never a secret's value.
 */
export function readEnv(shell: NodeJS.ProcessEnv = process.env, dotenvPath = dotenvFile): Env {
  const given = givenVariables(shell, dotenvPath);
  const { values, faults } = readSecretFiles(given);
  const parsed = Variables.safeParse(values);
  if (!parsed.success) faults.push(...parsed.error.issues.map(describeIssue));
  else faults.push(...sameBot(parsed.data));
  if (!parsed.success || faults.length > 0) throw configurationError(faults);

  const { OMEGA_EDGE_HOST, OMEGA_EDGE_PORT, OMEGA_BOARD_TOKEN, REDIS_URL } = parsed.data;
  const { BRAVE_API_KEY, GITHUB_PERSONAL_ACCESS_TOKEN, CHROMA_URL, OMEGA_EMBEDDINGS_API_KEY, OMEGA_PING_URL } =
    parsed.data;
  const tokens = [
    OMEGA_PING_URL,
    OMEGA_BOARD_TOKEN,
    BRAVE_API_KEY,
    GITHUB_PERSONAL_ACCESS_TOKEN,
    OMEGA_EMBEDDINGS_API_KEY,
    parsed.data.OMEGA_TELEGRAM_BOT_TOKEN,
    parsed.data.ZWARTEHAND_TELEGRAM_BOT_TOKEN,
    parsed.data.OMEGA_LLM_API_KEY,
    ...secretKeysIn(parsed.data.OMEGA_REPORT_ENCRYPTION_KEY),
  ];
  const proxy = given['HTTPS_PROXY'] ?? given['https_proxy'];
  return {
    dataDir: parsed.data.OMEGA_DATA_DIR,
    timezone: parsed.data.OMEGA_TIMEZONE,
    language: parsed.data.OMEGA_LANGUAGE ?? languageOf(shell),
    redisUrl: REDIS_URL,
    chromaUrl: CHROMA_URL,
    embeddings: {
      provider: parsed.data.OMEGA_EMBEDDINGS,
      url: parsed.data.OMEGA_EMBEDDINGS_URL,
      model: parsed.data.OMEGA_EMBEDDINGS_MODEL,
      apiKey: OMEGA_EMBEDDINGS_API_KEY,
    },
    edgeHost: loopbackHosts.includes(OMEGA_EDGE_HOST) ? OMEGA_EDGE_HOST : '127.0.0.1',
    networkHost: loopbackHosts.includes(OMEGA_EDGE_HOST) ? undefined : OMEGA_EDGE_HOST,
    edgePort: OMEGA_EDGE_PORT,
    boardToken: OMEGA_BOARD_TOKEN,
    edgeSocket: parsed.data.OMEGA_EDGE_SOCKET,
    tailscaleSocket: parsed.data.OMEGA_TAILSCALE_SOCKET,
    checksFile: parsed.data.OMEGA_CHECKS,
    quietHours: parsed.data.OMEGA_QUIET_HOURS,
    pingUrl: parsed.data.OMEGA_PING_URL,
    telegram: botOf(parsed.data, 'OMEGA'),
    zwartehand: botOf(parsed.data, 'ZWARTEHAND'),
    reports: {
      encryptionKey: parsed.data.OMEGA_REPORT_ENCRYPTION_KEY,
      plaintext: parsed.data.OMEGA_REPORT_PLAINTEXT,
    },
    llm: modelOf(parsed.data),
    mcpConfig: parsed.data.OMEGA_MCP_CONFIG,
    variable: (name) => variableOf(name, values),
    network: { proxy, extraCaFile: given['NODE_EXTRA_CA_CERTS'] },
    ssh: sshEnd(shell['SSH_CONNECTION']),
    secrets: [...tokens, ...urlsWithSecrets(parsed.data).flatMap(secretsOfUrl), ...secretsOfProxies(given)].filter(
      (secret) => secret !== undefined,
    ),
    warnings: unknownNames(given),
  };
}

/**
 * What is needed to find an Omega that runs, for commands that must work even where the rest of the configuration has
 * faults; these are then among the warnings.
 */
export function readDataDir(
  shell: NodeJS.ProcessEnv = process.env,
  dotenvPath = dotenvFile,
): Pick<Env, 'dataDir' | 'ssh' | 'warnings'> {
  try {
    return readEnv(shell, dotenvPath);
  } catch (error) {
    const { OMEGA_DATA_DIR } = readableVariables(shell, dotenvPath);
    const dataDir = Variables.shape.OMEGA_DATA_DIR.parse(OMEGA_DATA_DIR);
    return { dataDir, ssh: sshEnd(shell['SSH_CONNECTION']), warnings: [messageOf(error)] };
  }
}

function readSecretFiles(given: NodeJS.Dict<string>): { values: NodeJS.Dict<string>; faults: string[] } {
  const values = { ...given };
  const faults: string[] = [];
  for (const name of secretNames) {
    const path = given[`${name}_FILE`];
    if (path === undefined) continue;
    if (given[name] !== undefined) {
      faults.push(`${name} and ${name}_FILE are both set; keep one`);
      continue;
    }
    try {
      values[name] = readFileSync(path, 'utf8').trim();
    } catch (error) {
      faults.push(`${name}_FILE cannot be read: ${messageOf(error)}`);
    }
  }
  return { values, faults };
}

function variableOf(name: string, values: NodeJS.Dict<string>): string | undefined {
  const path = values[`${name}_FILE`];
  if (values[name] !== undefined || path === undefined) return values[name];
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    throw configurationError([`${name}_FILE cannot be read: ${messageOf(error)}`]);
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')} ${issue.message}`;
}

function unknownNames(given: NodeJS.Dict<string>): string[] {
  return Object.keys(given)
    .filter((name) => name.startsWith('OMEGA_') && name !== dotenvHandedOn && !knownNames.has(name))
    .map((name) => `${name} is not a name that Omega knows; .env.example lists them`);
}

/** `SSH_CONNECTION` holds four words: the caller's address and port, then this machine's. */
function sshEnd(connection = ''): Env['ssh'] {
  const [, , address, port] = connection.split(' ');
  return address === undefined || port === undefined ? undefined : { address, port };
}

function botOf(given: Given, whose: 'OMEGA' | 'ZWARTEHAND'): TelegramSettings | undefined {
  const token = given[`${whose}_TELEGRAM_BOT_TOKEN`];
  const chatId = given[`${whose}_TELEGRAM_CHAT_ID`];
  return token === undefined ? undefined : { token, chatId, apiRoot: given.OMEGA_TELEGRAM_API_ROOT };
}

/** Two pollers of one bot would take each other's messages away. The number before the colon is the bot. */
function sameBot({ OMEGA_TELEGRAM_BOT_TOKEN: omega, ZWARTEHAND_TELEGRAM_BOT_TOKEN: zwartehand }: Given): string[] {
  if (omega === undefined || omega.split(':')[0] !== zwartehand?.split(':')[0]) return [];
  return [
    'OMEGA_TELEGRAM_BOT_TOKEN and ZWARTEHAND_TELEGRAM_BOT_TOKEN are of one bot; each needs its own, as BotFather gives it',
  ];
}

/** A secret key that was put where a public one belongs: it is refused later, and must be shown nowhere until then. */
function secretKeysIn(keys = ''): string[] {
  return keys
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key.startsWith('omega-rsk'));
}

function modelOf(given: Given): ModelSettings | undefined {
  const { OMEGA_LLM: provider, OMEGA_LLM_BASE_URL: baseUrl, OMEGA_LLM_MODEL: model, OMEGA_LLM_API_KEY: apiKey } = given;
  return provider === 'none' ? undefined : { provider, baseUrl, model, apiKey };
}

/** As the shell of the owner speaks. */
function languageOf({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Language {
  const locale = [LC_ALL, LC_MESSAGES, LANG].find((one) => one !== undefined && one !== '') ?? '';
  return languages.find((language) => locale.startsWith(language)) ?? 'en';
}

/** Of the proxies that Omega does not use itself as well: its children may be told of them. */
function secretsOfProxies(given: NodeJS.Dict<string>): string[] {
  return Object.entries(given).flatMap(([name, value = '']) => {
    if (!proxyName.test(name)) return [];
    return secretsOfUrl(value.includes('://') ? value : `http://${value}`);
  });
}

function urlsWithSecrets(given: Given): (string | undefined)[] {
  return [given.REDIS_URL, given.CHROMA_URL, given.OMEGA_TELEGRAM_API_ROOT, given.OMEGA_LLM_BASE_URL];
}

/** The whole address and its password: either may turn up in an error of the client. */
function secretsOfUrl(value: string | undefined): string[] {
  const url = value === undefined ? null : URL.parse(value);
  if (value === undefined || url === null || url.password === '') return [];
  return [value, url.password, decoded(url.password) ?? url.password];
}
