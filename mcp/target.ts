import { mkdir } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import type { Env } from '#lib/env.ts';
import { root, type DataPaths } from '#lib/paths.ts';
import type { Reach } from './authorize.ts';
import { isNode } from './config-schema.ts';
import type { ServerConfig } from './config.ts';
import type { HttpTarget, StdioTarget } from './connect.ts';
import type { Egress } from './egress.ts';
import { nodeCommand } from './node-permission.ts';

export interface TargetOptions {
  readonly config: ServerConfig;
  readonly paths: Pick<DataPaths, 'data' | 'mcp'>;
  readonly env: Pick<Env, 'variable' | 'network'>;
  readonly egress: () => Promise<Pick<Egress, 'urlFor'>>;
  readonly era: HttpTarget['era'];
}

/** How the server is started or reached now; makes its folders. */
export async function targetOf(options: TargetOptions): Promise<StdioTarget | HttpTarget> {
  const { config, paths, env, era } = options;
  const { launch, rules } = config;
  if (launch.kind === 'http') {
    const url = new URL(launch.url);
    return { kind: 'http', url, headers: launch.headers, proxy: await proxyFor(url, options), era };
  }
  const cwd = folderOf(config, paths);
  await mkdir(cwd, { recursive: true, mode: 0o700 });
  await makeFolders(config, paths);
  const { command, args } = isNode(launch.command)
    ? await nodeCommand({ ...scriptOf(launch.args), ...foldersOf(config, env), closed: [root, paths.data] })
    : launch;
  const proxied = rules.egress === undefined ? {} : await proxyVariables(options);
  const path = env.variable('PATH') ?? '/usr/local/bin:/usr/bin:/bin';
  return { kind: 'stdio', command, args, cwd, env: { PATH: path, ...proxied, ...launch.env } };
}

/** Its own folder, which is also its working directory: empty unless it was installed there. */
export function folderOf({ name }: Pick<ServerConfig, 'name'>, { mcp }: Pick<DataPaths, 'mcp'>): string {
  return join(mcp, name);
}

/**
 * The files of this machine that it can touch at all, whatever it is asked: none where it runs elsewhere, its folders
 * where node holds it to them, else any.
 */
export function widestReach({ launch, rules: { read, write } }: ServerConfig): Reach {
  if (launch.kind === 'http') return { reads: [], writes: [] };
  return isNode(launch.command) ? { reads: read, writes: write } : { reads: ['/'], writes: ['/'] };
}

function scriptOf([entry = '', ...args]: readonly string[]): { entry: string; args: string[] } {
  return { entry, args };
}

function foldersOf({ rules }: ServerConfig, { network }: Pick<Env, 'network'>): { read: string[]; write: string[] } {
  const certificates = network.extraCaFile === undefined ? [] : [network.extraCaFile];
  return { read: [...rules.read, ...certificates], write: [...rules.write] };
}

/** Those in the data folder, so that a server that wants them there at its start finds them; a name with a dot is a file's. */
async function makeFolders({ rules }: ServerConfig, { data }: Pick<DataPaths, 'data'>): Promise<void> {
  for (const folder of [...rules.read, ...rules.write]) {
    const isOurs = !relative(data, folder).startsWith('..') && extname(folder) === '';
    if (isOurs) await mkdir(folder, { recursive: true, mode: 0o700 });
  }
}

/** A server on this machine is reached directly; one elsewhere as Omega itself reaches the internet, or more narrowly. */
async function proxyFor(url: URL, { config, env, egress }: TargetOptions): Promise<string | undefined> {
  if (config.rules.egress !== undefined) return (await egress()).urlFor(config.name, config.rules.egress);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return isLocal ? undefined : env.network.proxy;
}

/** Node's own fetch honours them only when told to. */
async function proxyVariables({ config, env, egress }: TargetOptions): Promise<Record<string, string>> {
  const url = (await egress()).urlFor(config.name, config.rules.egress ?? []);
  const certificates = env.network.extraCaFile;
  return {
    HTTPS_PROXY: url,
    HTTP_PROXY: url,
    https_proxy: url,
    http_proxy: url,
    NODE_USE_ENV_PROXY: '1',
    ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
  };
}
