import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '#lib/paths.ts';
import { findRedisServer, firstOnPath } from '../redis-binary.ts';
import { fault, fine, unknown, warning, type Look } from './finding.ts';

const run = promisify(execFile);

/** What the machine itself must have, by subject. */
export const machineLooks: Readonly<Record<string, Look>> = {
  Node: lookAtNode,
  git: lookAtGit,
  packages: lookAtPackages,
  setpriv: lookAtSetpriv,
};

async function lookAtNode(): ReturnType<Look> {
  const version = process.versions.node;
  if (Number(version.split('.')[0]) >= 24) return fine(version);
  return fault(`${version}, and Omega needs 24 or newer`, 'npm start, which brings one along');
}

async function lookAtGit(): ReturnType<Look> {
  if ((await firstOnPath(['git'])) === null)
    return warning('not on the PATH; updates need it', 'sudo apt-get install git');
  const { stdout } = await run('git', ['--version']);
  return fine(stdout.trim().replace('git version ', ''));
}

async function lookAtPackages(): ReturnType<Look> {
  const lock = createHash('sha256')
    .update(await readFile(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = await readFile(join(root, 'node_modules', '.omega-install'), 'utf8').catch(() => '');
  const [kind, installed] = stamp.trim().split(' ');
  if (installed === lock) return fine(`as package-lock.json says, for ${kind}`);
  return fault('not those of package-lock.json', 'npm start, which installs them');
}

async function lookAtSetpriv(): ReturnType<Look> {
  if (process.platform !== 'linux') return unknown('only Linux has it');
  if ((await firstOnPath(['setpriv'])) !== null) return fine('processes end with their supervisor');
  return warning('missing: processes may outlive a killed supervisor', 'sudo apt-get install util-linux');
}

/** The private server, where no address of the owner's is set. */
export async function lookAtOwnRedis(): ReturnType<Look> {
  const server = await findRedisServer();
  if (server === null) return warning('no server yet', 'npm start, which unpacks one');
  const { stdout } = await run(server, ['--version'], { timeout: 10_000 });
  const version = /v=(\d+)\.(\d+)\S*/.exec(stdout);
  if (version === null) return unknown(`${server} does not say its version: ${stdout.trim()}`);
  const [text, major, minor] = version;
  const isNewEnough = Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2);
  if (isNewEnough) return fine(`${text.slice(2)} at ${server}`);
  return fault(
    `${text.slice(2)} at ${server}, and 6.2 is needed`,
    'sudo apt-get install redis-server, of a newer system',
  );
}
