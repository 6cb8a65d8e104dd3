import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { z } from 'zod';
import { findRedisServer } from '#ops/redis-binary.ts';

/** The password of {@link ownersRedis}. */
export const ownersPassword = 'correct-horse-battery';

/** A port on which nothing listens at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  server.close();
  return port;
}

/** A Redis with a network port, as owners have one; its address holds the password. */
export async function ownersRedis(
  folder: string,
  ...more: readonly string[]
): Promise<AsyncDisposable & { port: number }> {
  const port = await freePort();
  const flags = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--requirepass',
    ownersPassword,
    '--dir',
    folder,
    '--save',
    '',
  ];
  const child = spawn((await findRedisServer()) ?? '', [...flags, ...more]);
  for await (const text of child.stdout.setEncoding('utf8')) if (String(text).includes('eady to accept')) break;
  const end = async (): Promise<void> => void (child.kill('SIGKILL') && (await once(child, 'exit')));
  return { port, [Symbol.asyncDispose]: end };
}
