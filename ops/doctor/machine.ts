import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '#lib/errors.ts';
import { root, type DataPaths } from '#lib/paths.ts';
import { lockOwner } from '../lock.ts';
import { findRedisServer, firstOnPath } from '../redis-binary.ts';
import { askRedis } from '../redis-wire.ts';
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

/** The private server, where no address of the owner's is set; while it runs it must also answer. */
export async function lookAtOwnRedis(paths: DataPaths): ReturnType<Look> {
  const server = await findRedisServer();
  if (server === null) return warning('no server yet', 'npm start, which unpacks one');
  const { stdout } = await run(server, ['--version'], { timeout: 10_000 });
  const version = /v=(\d+)\.(\d+)\S*/.exec(stdout);
  if (version === null) return unknown(`${server} does not say its version: ${stdout.trim()}`);
  const [text, major, minor] = version;
  const isNewEnough = Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2);
  const what = `${text.slice(2)} at ${server}`;
  if (!isNewEnough) return fault(`${what}, and 6.2 is needed`, 'sudo apt-get install redis-server, of a newer system');
  if (lockOwner(paths) === null) return fine(what);
  const answer = await askOwnRedis(paths);
  if (answer === '+PONG') return fine(`${what}, answers`);
  return fault(`${what} runs, and answers: ${answer}`, 'npm run logs -- redis; then npm run stop and npm start');
}

async function askOwnRedis({ redisPassword, redisSocket }: DataPaths): Promise<string> {
  try {
    const password = (await readFile(redisPassword, 'utf8')).trim();
    const answers = await askRedis(redisSocket, [['AUTH', password], ['PING']], AbortSignal.timeout(2000));
    return answers.find((answer) => answer !== '+OK') ?? 'nothing';
  } catch (error) {
    return messageOf(error);
  }
}
