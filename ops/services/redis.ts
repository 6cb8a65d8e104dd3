import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { systemClock } from '#lib/clock.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { ensureSecret } from '#lib/secret-file.ts';
import { makeFolders } from '../folders.ts';
import { findRedisServer } from '../redis-binary.ts';
import { askRedis } from '../redis-wire.ts';
import { defineService, type ServiceSettings } from '../service.ts';

const orphanPatienceMs = 10_000;

/** The private Redis; an address of the owner's own makes it needless. */
export default defineService({
  name: 'redis',
  summary: 'the queue’s memory: a private Redis without a network port',
  enabled: ({ env }) => env.redisUrl === undefined,
  command: async ({ paths }) => {
    const server = await findRedisServer();
    if (server === null) throw noServer();
    await makeFolders(paths);
    const password = await ensureSecret(paths.redisPassword);
    await endOrphan(paths, password);
    const config = join(paths.run, 'redis.conf');
    await writeFileAtomic(config, await fillTemplate({ password, paths }));
    return { file: server, args: [config] };
  },
  // Loading a large file it answers LOADING: alive, and not yet ready.
  liveness: async (settings, signal) => void (await ping(settings, signal)),
  readiness: async (settings, signal) => {
    const answer = await ping(settings, signal);
    if (answer !== '+PONG') throw new OmegaError(`Redis answers ${answer}`, { code: 'E_REDIS_NOT_READY' });
  },
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 10_000,
});

function noServer(): OmegaError {
  return new OmegaError('There is no Redis on this machine.', {
    code: 'E_NO_REDIS',
    hint: 'npm start unpacks one; npm run doctor tells what stands in the way.',
    permanent: true,
  });
}

async function readPassword(paths: DataPaths): Promise<string> {
  return (await readFile(paths.redisPassword, 'utf8')).trim();
}

/** Where the kernel does not end children with their supervisor, one may be left: two would spoil the same file. */
async function endOrphan({ redisSocket }: DataPaths, password: string): Promise<void> {
  const signal = AbortSignal.timeout(orphanPatienceMs);
  try {
    for (;;) {
      await askRedis(redisSocket, [['AUTH', password], ['SHUTDOWN']], signal);
      await systemClock.sleep(50, signal);
    }
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED'].includes(codeOf(error) ?? '')) return;
    throw new OmegaError('Another Redis holds our socket and does not end.', {
      code: 'E_REDIS_ORPHAN',
      hint: `End the process that listens on ${redisSocket}.`,
      cause: error,
    });
  }
}

async function fillTemplate({ password, paths }: { password: string; paths: DataPaths }): Promise<string> {
  const template = await readFile(join(import.meta.dirname, '..', 'redis.conf'), 'utf8');
  return template
    .replace('@SOCKET@', () => quote(paths.redisSocket))
    .replace('@FOLDER@', () => quote(paths.redis))
    .replace('@PASSWORD@', () => password);
}

/** As Redis reads strings with spaces and quotes. */
function quote(value: string): string {
  return `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

async function ping({ paths }: ServiceSettings, signal: AbortSignal): Promise<string> {
  const [, pong = ''] = await askRedis(paths.redisSocket, [['AUTH', await readPassword(paths)], ['PING']], signal);
  return pong;
}
