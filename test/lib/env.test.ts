import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readDataDir, readEnv } from '#lib/env.ts';

const folder = mkdtempSync(join(tmpdir(), 'omega-env-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const none = join(folder, 'none');

function dotenv(text: string): string {
  const path = join(folder, crypto.randomUUID());
  writeFileSync(path, text);
  return path;
}

test('with nothing set everything has its default', () => {
  expect(readEnv({}, none)).toMatchObject({
    dataDir: 'data',
    redisUrl: undefined,
    chromaUrl: undefined,
    embeddings: { provider: 'local', url: undefined, model: undefined, apiKey: undefined },
    edgeHost: '127.0.0.1',
    edgePort: undefined,
    boardToken: undefined,
    secrets: [],
    warnings: [],
  });
});

test('the shell wins over .env, and an empty value counts as unset', () => {
  const file = dotenv('OMEGA_DATA_DIR=from-file\nOMEGA_TIMEZONE=Europe/Amsterdam\nOMEGA_EDGE_PORT=\n');
  expect(readEnv({ OMEGA_DATA_DIR: 'from-shell', OMEGA_TIMEZONE: '' }, file)).toMatchObject({
    dataDir: 'from-shell',
    timezone: 'Europe/Amsterdam',
    edgePort: undefined,
  });
});

test('every fault is named at once, with exit code 2, and no secret is shown', () => {
  const shell = {
    OMEGA_TIMEZONE: 'Mars/X',
    REDIS_URL: 'redis-secret-thing',
    OMEGA_EDGE_HOST: '0.0.0.0',
    OMEGA_EDGE_PORT: '99999',
    OMEGA_BOARD_TOKEN: 'tooshort',
  };
  const error = (() => {
    try {
      return readEnv(shell, none);
    } catch (thrown) {
      return thrown as Error & { exitCode: number };
    }
  })() as Error & { exitCode: number };
  expect(error.exitCode).toBe(2);
  expect(error.message).toMatch(/5 faults/);
  for (const name of Object.keys(shell)) expect(error.message).toContain(name);
  expect(error.message).not.toMatch(/redis-secret-thing|tooshort/);
});

test('a secret can come from a file, but not from both places', () => {
  const file = dotenv('redis://:hunter22@queue.example:6379\n');
  const env = readEnv({ REDIS_URL_FILE: file }, none);
  expect(env.redisUrl).toBe('redis://:hunter22@queue.example:6379');
  expect(env.secrets).toContain('hunter22');
  expect(() => readEnv({ REDIS_URL_FILE: file, REDIS_URL: 'redis://x' }, none)).toThrow(/are both set; keep one/);
  expect(() => readEnv({ REDIS_URL_FILE: none }, none)).toThrow(/REDIS_URL_FILE cannot be read/);
});

test('an address whose password cannot be read is a fault, not a crash', () => {
  expect(() => readEnv({ REDIS_URL: 'redis://:50%off@host' }, none)).toThrow(/REDIS_URL is no Redis address/);
});

test('a name that Omega does not know is a warning', () => {
  expect(readEnv({ OMEGA_TIMEZOEN: 'UTC', OTHER: 'x' }, none).warnings).toEqual([
    expect.stringContaining('OMEGA_TIMEZOEN'),
  ]);
});

test('everything is served on loopback, and the page alone on a private address of the owner', () => {
  for (const host of ['127.0.0.1', '::1', 'localhost'])
    expect(readEnv({ OMEGA_EDGE_HOST: host }, none)).toMatchObject({ edgeHost: host, networkHost: undefined });
  for (const host of ['10.1.2.3', '172.31.0.1', '192.168.1.7', '169.254.3.4', 'fd12::7', 'fe80::1%eth0'])
    expect(readEnv({ OMEGA_EDGE_HOST: host }, none)).toMatchObject({ edgeHost: '127.0.0.1', networkHost: host });
});

test.each(['0.0.0.0', '::', '8.8.8.8', '172.32.0.1', '100.64.0.1', '2001:db8::1', 'nuc.example', '192.168.1'])(
  'nothing is served on %s',
  (host) => {
    expect(() => readEnv({ OMEGA_EDGE_HOST: host }, none)).toThrow(/nothing of Omega is served to the internet/);
  },
);

test('what is needed to find a running Omega is read even where the rest has faults, which are then told', () => {
  const file = dotenv('OMEGA_DATA_DIR=/srv/omega\nOMEGA_EDGE_PORT=many\nREDIS_URL=nowhere\n');
  expect(readDataDir({}, file)).toEqual({
    dataDir: '/srv/omega',
    ssh: undefined,
    warnings: [expect.stringMatching(/2 faults:\n {2}- REDIS_URL .*\n {2}- OMEGA_EDGE_PORT /)],
  });
});

test('where .env cannot be read at all, the shell or the usual place tells where Omega is', () => {
  expect(readDataDir({ OMEGA_DATA_DIR: '/srv/omega' }, folder).dataDir).toBe('/srv/omega');
  expect(readDataDir({}, folder)).toMatchObject({
    dataDir: 'data',
    warnings: [expect.stringContaining(`${folder} cannot be read`)],
  });
});

test('a process that is handed a file in the place of .env reads that one', () => {
  const env = readEnv({ OMEGA_ENV_FILE: dotenv('{"OMEGA_DATA_DIR":"/srv/omega"}') });
  expect(env).toMatchObject({ dataDir: '/srv/omega', warnings: [] });
});

test.each(['HTTPS_PROXY', 'http_proxy', 'ALL_PROXY'])('the password of %s is a secret without a scheme too', (name) => {
  expect(readEnv({ [name]: 'user:s3cretpass@proxy:3128' }, none).secrets).toContain('s3cretpass');
});

test('the password of a proxy is a secret', () => {
  expect(readEnv({ HTTPS_PROXY: 'http://me:hunter22@proxy.example:3128' }, none).secrets).toContain('hunter22');
});

test('the model for embeddings is read as one, with its key from a file and among the secrets', () => {
  const env = readEnv(
    {
      OMEGA_EMBEDDINGS: 'openai',
      OMEGA_EMBEDDINGS_URL: 'https://models.example/v1',
      OMEGA_EMBEDDINGS_MODEL: 'BAAI/bge-m3',
      OMEGA_EMBEDDINGS_API_KEY_FILE: dotenv('key-of-the-models\n'),
    },
    none,
  );
  expect(env.embeddings).toEqual({
    provider: 'openai',
    url: 'https://models.example/v1',
    model: 'BAAI/bge-m3',
    apiKey: 'key-of-the-models',
  });
  expect(env.secrets).toContain('key-of-the-models');
});

test('every fault in the settings of the memory is named at once, without the key', () => {
  const shell = {
    CHROMA_URL: 'chroma.example:8000',
    OMEGA_MEMORY: 'pinecone',
    OMEGA_EMBEDDINGS: 'magic',
    OMEGA_EMBEDDINGS_URL: 'ftp://models.example',
    OMEGA_EMBEDDINGS_MODEL: 'x'.repeat(101),
    OMEGA_EMBEDDINGS_API_KEY: 'key-of-the-models',
  };
  const fault = catchFault(shell);
  expect(fault).toMatch(/5 faults/);
  for (const name of Object.keys(shell).filter((one) => !one.endsWith('_KEY'))) expect(fault).toContain(name);
  expect(fault).not.toContain('key-of-the-models');
});

function catchFault(shell: NodeJS.ProcessEnv): string {
  try {
    readEnv(shell, none);
  } catch (error) {
    return (error as Error).message;
  }
  return expect.unreachable('there is no fault');
}

test('the address of a Chroma may come from a file, and its password is a secret', () => {
  const env = readEnv({ CHROMA_URL_FILE: dotenv('https://omega:hunter22@chroma.example\n') }, none);
  expect(env.chromaUrl).toBe('https://omega:hunter22@chroma.example');
  expect(env.secrets).toEqual(expect.arrayContaining(['hunter22', 'https://omega:hunter22@chroma.example']));
});

const botToken = '123456789:AAEabcdefghijklmnopqrstuvwxyz';

test('without a token there is no bot, and without a provider no model', () => {
  const { telegram, llm } = readEnv(
    { OMEGA_TELEGRAM_CHAT_ID: '42', OMEGA_LLM_MODEL: 'm', OMEGA_LLM_API_KEY: 'k' },
    none,
  );
  expect([telegram, llm]).toEqual([undefined, undefined]);
});

test('the bot and the model are read, their secrets kept from every log, and a slash at an address’s end is dropped', () => {
  const file = dotenv(`${botToken}\n`);
  const env = readEnv(
    {
      OMEGA_TELEGRAM_BOT_TOKEN_FILE: file,
      OMEGA_TELEGRAM_CHAT_ID: '-100123',
      OMEGA_LLM: 'openai-compatible',
      OMEGA_LLM_BASE_URL: 'http://127.0.0.1:11434/v1/',
      OMEGA_LLM_API_KEY: 'sk-something',
    },
    none,
  );
  expect(env.telegram).toEqual({ token: botToken, chatId: '-100123', apiRoot: 'https://api.telegram.org' });
  expect(env.llm).toMatchObject({ baseUrl: 'http://127.0.0.1:11434/v1', model: undefined, apiKey: 'sk-something' });
  expect(env.secrets).toEqual(expect.arrayContaining([botToken, 'sk-something']));
  expect(env.warnings).toEqual([]);
});

test('a token that was not copied whole is a fault, and is not shown', () => {
  const shell = { OMEGA_TELEGRAM_BOT_TOKEN: '123456789:AAEhalf', OMEGA_TELEGRAM_API_ROOT: 'ftp://x', OMEGA_LLM: 'gpt' };
  expect(() => readEnv(shell, none)).toThrow(/3 faults/);
  expect(() => readEnv(shell, none)).not.toThrow(/AAEhalf/);
});

test('the two bots have tokens of their own: those of one bot are refused', () => {
  const other = botToken.replace('AAEa', 'AAEz');
  const shell = { OMEGA_TELEGRAM_BOT_TOKEN: botToken, ZWARTEHAND_TELEGRAM_BOT_TOKEN: other };
  expect(() => readEnv(shell, none)).toThrow(/of one bot/);
  expect(() => readEnv(shell, none)).not.toThrow(/AAE/);
  const two = readEnv({ ...shell, ZWARTEHAND_TELEGRAM_BOT_TOKEN: other.replace('123', '987') }, none);
  expect(two.zwartehand).toMatchObject({ token: other.replace('123', '987'), chatId: undefined });
  expect(two.secrets).toContain(two.zwartehand?.token);
});

test('no kind of report goes out unsealed unless it is named, and one that there is not is a fault', () => {
  expect(readEnv({}, none).reports).toEqual({ encryptionKey: undefined, plaintext: [] });
  expect(readEnv({ OMEGA_REPORT_PLAINTEXT: 'trend, digest' }, none).reports.plaintext).toEqual(['trend', 'digest']);
  expect(() => readEnv({ OMEGA_REPORT_PLAINTEXT: 'trend,all' }, none)).toThrow(/must name kinds of reports/);
});

test('a secret key among the public ones is kept from every log until it is refused', () => {
  const env = readEnv({ OMEGA_REPORT_ENCRYPTION_KEY: 'omega-rpk1-mine, omega-rsk1-secret' }, none);
  expect(env.secrets).toEqual(['omega-rsk1-secret']);
});
