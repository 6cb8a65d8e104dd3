import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { languages } from './language.ts';

/** What a report can be about; each is sealed, unless the owner lets its kind go out as it is. */
export const reportKinds = ['trend', 'digest', 'incident'] as const;
export type ReportKind = (typeof reportKinds)[number];

/** Minutes since midnight; where `to` is less than `from` they lie on both sides of it. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

export const embeddingProviders = ['local', 'ollama', 'openai'] as const;

export const modelProviders = ['none', 'anthropic', 'openai-compatible'] as const;

/** Where Telegram's bots are spoken to. */
const telegramRoot = 'https://api.telegram.org';

/** What only this machine reaches. */
export const loopbackHosts = ['127.0.0.1', '::1', 'localhost'];

/** What no router passes on: RFC 1918, RFC 4193, and addresses of a link. */
const privateAddresses = new BlockList();
privateAddresses.addSubnet('10.0.0.0', 8);
privateAddresses.addSubnet('172.16.0.0', 12);
privateAddresses.addSubnet('192.168.0.0', 16);
privateAddresses.addSubnet('169.254.0.0', 16);
privateAddresses.addSubnet('fc00::', 7, 'ipv6');
privateAddresses.addSubnet('fe80::', 10, 'ipv6');

const botToken = z
  .string()
  .regex(/^\d{5,20}:[\w-]{20,100}$/, 'is no token of a bot; copy it whole from BotFather, as 123456789:AAE…')
  .optional();

const chatId = z
  .string()
  .regex(/^-?\d{1,20}$/, 'is no id of a chat; it is a number, as 123456789')
  .optional();

/** Every variable that is read, as it may stand in the shell or in `.env`; secrets may also come from a `NAME_FILE`. */
export const Variables = z.object({
  OMEGA_DATA_DIR: z.string().default('data'),
  OMEGA_TIMEZONE: z
    .string()
    .refine(isTimezone, { error: 'is no IANA time zone; write one as Europe/Amsterdam' })
    .default(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
  OMEGA_LANGUAGE: z.enum(languages, { error: `must be one of ${languages.join(', ')}` }).optional(),
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, { error: 'is no Redis address; write redis://host:6379 or rediss://user:password@host:6379' })
    .optional(),
  CHROMA_URL: z
    .string()
    .refine(isChromaUrl, { error: 'is no address of a Chroma; write http://host:8000 or https://host, without a path' })
    .optional(),
  OMEGA_MEMORY: z
    .enum(['chroma'], { error: 'must be chroma: the only index of vectors that there is yet' })
    .default('chroma'),
  OMEGA_EMBEDDINGS: z
    .enum(embeddingProviders, { error: `must be one of ${embeddingProviders.join(', ')}` })
    .default('local'),
  OMEGA_EMBEDDINGS_URL: z
    .string()
    .refine(isHttpUrl, { error: 'is no address; write http://host:port or https://host/path' })
    .optional(),
  OMEGA_EMBEDDINGS_MODEL: z.string().max(100, 'has more than 100 characters').optional(),
  OMEGA_EMBEDDINGS_API_KEY: z.string().optional(),
  OMEGA_EDGE_HOST: z
    .string()
    .refine((host) => loopbackHosts.includes(host) || isPrivateAddress(host), {
      error:
        `must be ${loopbackHosts.join(', ')}, or an address of this machine on the local network such as 192.168.1.5, ` +
        'where the page can then be read; nothing of Omega is served to the internet',
    })
    .default('127.0.0.1'),
  OMEGA_EDGE_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number from 1 to 65535')
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65_535, { error: 'must be a port number from 1 to 65535' })
    .optional(),
  OMEGA_BOARD_TOKEN: z.string().min(16, 'must have at least 16 characters; leave it out and one is made').optional(),
  OMEGA_EDGE_SOCKET: z.string().optional(),
  OMEGA_TAILSCALE_SOCKET: z.string().default('/var/run/tailscale/tailscaled.sock'),
  OMEGA_CHECKS: z.string().optional(),
  OMEGA_QUIET_HOURS: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'must be two times of day, as 23:00-07:30')
    .transform(toQuietHours)
    .refine(({ from, to }) => from !== to, { error: 'ends when it begins; leave it out for none' })
    .optional(),
  OMEGA_PING_URL: z.string().refine(isHttpUrl, { error: 'is no address; write https://host/path' }).optional(),
  OMEGA_TELEGRAM_BOT_TOKEN: botToken,
  OMEGA_TELEGRAM_CHAT_ID: chatId,
  ZWARTEHAND_TELEGRAM_BOT_TOKEN: botToken,
  ZWARTEHAND_TELEGRAM_CHAT_ID: chatId,
  OMEGA_TELEGRAM_API_ROOT: z
    .string()
    .refine(isHttpUrl, { error: 'is no address; write http://host:port or https://host' })
    .transform(withoutEndSlash)
    .default(telegramRoot),
  OMEGA_REPORT_ENCRYPTION_KEY: z.string().max(4000, 'has more than 4,000 characters').optional(),
  OMEGA_REPORT_PLAINTEXT: z
    .string()
    .transform((text) => text.split(',').map((kind) => kind.trim()))
    .pipe(z.array(z.enum(reportKinds, { error: `must name kinds of reports: ${reportKinds.join(', ')}` })))
    .default([]),
  OMEGA_LLM: z.enum(modelProviders, { error: `must be one of ${modelProviders.join(', ')}` }).default('none'),
  OMEGA_LLM_BASE_URL: z
    .string()
    .refine(isHttpUrl, { error: 'is no address; write http://host:port/v1 or https://host/v1' })
    .transform(withoutEndSlash)
    .optional(),
  OMEGA_LLM_MODEL: z.string().max(200, 'has more than 200 characters').optional(),
  OMEGA_LLM_API_KEY: z.string().optional(),
  OMEGA_MCP_CONFIG: z.string().optional(),
  BRAVE_API_KEY: z.string().optional(),
  GITHUB_PERSONAL_ACCESS_TOKEN: z.string().optional(),
  GOOGLE_OAUTH_CREDENTIALS: z.string().optional(),
});

/** What they come to. */
export type Given = z.infer<typeof Variables>;

function toQuietHours(text: string): QuietHours {
  const [from = 0, to = 0] = text.split('-').map((time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    return hours * 60 + minutes;
  });
  return { from, to };
}

function withoutEndSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function isTimezone(value: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: value }) !== undefined;
  } catch {
    return false; // The constructor's RangeError is the answer itself.
  }
}

function isRedisUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') return false;
  return decoded(url.password) !== null;
}

function isPrivateAddress(host: string): boolean {
  return isIP(host) !== 0 && privateAddresses.check(host.replace(/%.*$/, ''), isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

/** Its client knows no path. */
function isChromaUrl(value: string): boolean {
  return isHttpUrl(value) && URL.parse(value)?.pathname === '/';
}

function isHttpUrl(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '';
}

/** Null where a percent sign is not followed by two digits: write it as %25. */
export function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
