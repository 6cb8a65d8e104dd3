import { access, constants, readdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf } from '#lib/errors.ts';
import { root, type DataPaths } from '#lib/paths.ts';
import { shortestSecret } from '#lib/secret-file.ts';
import { lockOwner } from '../lock.ts';
import { fault, fine, unknown, warning, type Look } from './finding.ts';

const gibibyte = 1024 ** 3;
const littleSpace = gibibyte;
const noSpace = 0.2 * gibibyte;

/** What is written to disk, by subject. */
export function storageLooks(paths: DataPaths, secrets: readonly string[]): Readonly<Record<string, Look>> {
  return {
    '.env': () => lookAtDotenv(secrets),
    keys: () => lookAtKeys(paths),
    'data folder': () => lookAtData(paths),
    'free space': () => lookAtSpace(paths),
    leftovers: () => lookAtLeftovers(paths),
  };
}

async function lookAtDotenv(secrets: readonly string[]): ReturnType<Look> {
  const path = join(root, '.env');
  const mode = await modeOf(path);
  if (mode === null) return fine('none, so all is at its default or in the shell');
  if ((mode & 0o077) === 0) return fine('readable by its owner only');
  const found = secrets.length > 0 ? fault : warning;
  return found(`others may read it (mode ${mode.toString(8)})`, `chmod 600 '${path}'`);
}

async function lookAtKeys(paths: DataPaths): ReturnType<Look> {
  const mode = await modeOf(paths.keys);
  if (mode === null) return unknown('none made yet');
  const names = (await readdir(paths.keys)).filter((name) => !name.endsWith('.tmp')); // What a kill left half-written.
  const modes = await Promise.all(names.map((name) => modeOf(join(paths.keys, name))));
  const open = names.filter((_, index) => ((modes[index] ?? 0) & 0o077) !== 0);
  if ((mode & 0o077) !== 0) open.unshift('the folder itself');
  if (open.length > 0) return fault(`others may read ${open.join(', ')}`, `chmod -R go= '${paths.keys}'`);
  const secrets = await Promise.all(names.map((name) => readFile(join(paths.keys, name), 'utf8')));
  const cutOff = names.filter((_, index) => (secrets[index] ?? '').trim().length < shortestSecret);
  if (cutOff.length > 0)
    return fault(`empty or cut off: ${cutOff.join(', ')}`, 'npm run stop, then npm start, which makes a new one');
  return fine(`${names.length}, readable by their owner only`);
}

async function lookAtData(paths: DataPaths): ReturnType<Look> {
  try {
    await access(paths.data, constants.R_OK | constants.W_OK | constants.X_OK);
    return fine(paths.data);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return unknown(`${paths.data} is not there yet: npm start makes it`);
    return fault(`${paths.data} cannot be written: ${messageOf(error)}`, `sudo chown -R "$(id -un)" '${paths.data}'`);
  }
}

async function lookAtSpace(paths: DataPaths): ReturnType<Look> {
  const folder = (await modeOf(paths.data)) === null ? root : paths.data;
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const words = `${(free / gibibyte).toFixed(1)} GiB`;
  if (free >= littleSpace) return fine(words);
  return (free < noSpace ? fault : warning)(`only ${words}`, `free some: du -xh '${folder}' | sort -h | tail`);
}

async function lookAtLeftovers(paths: DataPaths): ReturnType<Look> {
  const owner = (await modeOf(paths.run)) === null ? null : lockOwner(paths);
  if (owner !== null) return fine(`none: Omega runs as process ${owner.pid ?? 'unknown'}`);
  const sockets = await Promise.all([paths.controlSocket, paths.redisSocket].map((path) => modeOf(path)));
  if (sockets.every((mode) => mode === null)) return fine('none, and Omega does not run');
  return warning('sockets of a start that was killed', 'npm start, which clears them away');
}

/** Null where there is nothing. */
async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
