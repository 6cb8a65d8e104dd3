import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';

/** The folder of the repository, wherever a command is called from. */
export const root = resolve(import.meta.dirname, '..');

/** The command of the private Node where there is one; what a service or a hint starts scripts with. */
export const nodeLauncher = join(root, 'scripts', 'node');

/** Longest path of a unix socket that Redis and Node take on every system. */
const longestSocketPath = 100;

/** Every place under the data folder, so that no other file spells one out. */
export interface DataPaths {
  readonly data: string;
  readonly healthDb: string;
  readonly snapshot: string;
  /** The rendered status page and `status.json`, served as they are. */
  readonly site: string;
  readonly redis: string;
  readonly keys: string;
  readonly redisPassword: string;
  readonly boardToken: string;
  readonly logs: string;
  /** Locks, and the state of what runs now; may be emptied while nothing runs. */
  readonly run: string;
  /** Sockets; the same as `run` unless that path is too long for one. */
  readonly sockets: string;
  readonly redisSocket: string;
  readonly controlSocket: string;
}

/** The two values of the environment that places depend on. */
export interface PathSettings {
  /** `OMEGA_DATA_DIR`; a relative one is meant from the repository. */
  readonly dataDir: string;
  /** Where sockets go when their path in the data folder would be too long. */
  readonly runtimeDir: string;
}

/** Where everything lies for one data folder. */
export function dataPaths({ dataDir, runtimeDir }: PathSettings): DataPaths {
  const data = resolve(root, dataDir);
  const run = join(data, 'run');
  const sockets = socketFolder(run, runtimeDir);
  return {
    data,
    healthDb: join(data, 'health.sqlite'),
    snapshot: join(data, 'snapshot.json'),
    site: join(data, 'site'),
    redis: join(data, 'redis'),
    keys: join(data, 'keys'),
    redisPassword: join(data, 'keys', 'redis.password'),
    boardToken: join(data, 'keys', 'board.token'),
    logs: join(data, 'logs'),
    run,
    sockets,
    redisSocket: join(sockets, 'redis.sock'),
    controlSocket: join(sockets, 'control.sock'),
  };
}

/** A path over 100 bytes is refused by Redis and Node: then a folder named by the data folder's hash. */
function socketFolder(run: string, runtimeDir: string): string {
  const longestName = 'control.sock';
  if (Buffer.byteLength(join(run, longestName)) <= longestSocketPath) return run;
  const name = createHash('sha256').update(run).digest('hex').slice(0, 12);
  return join(runtimeDir, `omega-${process.getuid?.() ?? 0}-${name}`);
}
