import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Env } from '#lib/env.ts';
import { codeOf, messageOf, OmegaError, usageError } from '#lib/errors.ts';
import { redact, silentLog } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import { lockOwner } from '#ops/lock.ts';
import { unitFile, unitName, whoseUnit } from '#ops/systemd.ts';
import { pageAddress } from './page-address.ts';
import { readReportKeys } from './report-keys.ts';

type Warn = (words: string) => void;

export interface BeforeStart {
  readonly env: Env;
  readonly paths: DataPaths;
  /** A single run, which must be able to do its work. */
  readonly isOnce: boolean;
  readonly warn: Warn;
}

/** Looks at what would make a start fail, before anything is written. @throws OmegaError with what stands in the way. */
export async function lookBeforeStart(options: BeforeStart): Promise<void> {
  await refuseWhileRunning(options.paths);
  readReportKeys(options.env); // What is wrong with them is told now, not by reports that never come.
  await requirePort(options.env);
  tellOfForeignUnit(options.warn);
  await requireOwnersRedis(options);
}

async function refuseWhileRunning(paths: DataPaths): Promise<void> {
  const owner = lockOwner(paths);
  if (owner === null) return;
  const address = await pageAddress(paths);
  const where = address === null ? '' : ` Its page: ${address.url}`;
  throw new OmegaError(`Omega already runs here${owner.pid === null ? '' : ` as process ${owner.pid}`}.${where}`, {
    code: 'E_ALREADY_RUNNING',
    hint: 'npm run status shows it, npm run stop ends it.',
    exitCode: 75,
  });
}

/** A port that the owner chose is theirs to free; without a choice the edge takes the next free one. */
async function requirePort({ edgeHost, edgePort }: Env): Promise<void> {
  if (edgePort === undefined) return;
  const server = createServer();
  try {
    server.listen(edgePort, edgeHost);
    await once(server, 'listening');
  } catch (error) {
    const why = codeOf(error) === 'EADDRINUSE' ? 'another program listens there' : messageOf(error);
    throw usageError(
      `OMEGA_EDGE_PORT is ${edgePort}, and that cannot be used: ${why}.`,
      'Choose another port in .env, or leave it out and a free one is taken.',
    );
  } finally {
    server.close();
  }
}

function tellOfForeignUnit(warn: Warn): void {
  if (whoseUnit() !== 'foreign') return;
  warn(`A ${unitName} that is not this Omega's lies in ${unitFile}; it was not touched.`);
}

/** What stays up starts without its Redis too, and says so on the page; a single run could only fail in the end. */
async function requireOwnersRedis({ env: { redisUrl, secrets }, isOnce, warn }: BeforeStart): Promise<void> {
  if (redisUrl === undefined) return;
  const { connect, requireRedis } = await import('#queue/connection.ts'); // Half a start's time, and rarely needed.
  const redis = connect({ url: redisUrl }, { patience: 'prompt', log: silentLog });
  try {
    await requireRedis(redis);
  } catch (error) {
    if (isOnce) throw error;
    const hint = error instanceof OmegaError && error.hint !== undefined ? `\n  → ${error.hint}` : '';
    warn(redact(`${messageOf(error)}${hint}`, secrets));
  } finally {
    redis.disconnect();
  }
}
