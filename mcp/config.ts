import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import canonicalize from 'canonicalize';
import type { z } from 'zod';
import type { Env } from '#lib/env.ts';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import { root, type DataPaths } from '#lib/paths.ts';
import { ConfigFile, isNode, knownKeys, type Entry, type Rules } from './config-schema.ts';
import { secretsIn } from './config-secrets.ts';
import { expand } from './variables.ts';

/** How a server is started or reached, its variables in place. */
export type Launch =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'http'; readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** One server of `mcp.json`. */
export interface ServerConfig {
  readonly name: string;
  readonly disabled: boolean;
  readonly launch: Launch;
  /** Variables that have no value: it is then never started. */
  readonly missing: readonly string[];
  /** Of the entry with its values: whether a refused key is still the same one. */
  readonly fingerprint: string;
  /** What its entry says that is not used here. */
  readonly notes: readonly string[];
  readonly rules: Rules;
}

export interface McpConfig {
  /** Where it was read. */
  readonly file: string;
  readonly servers: readonly ServerConfig[];
  /** Values that may stand in no log, error or page. */
  readonly secrets: readonly string[];
}

export interface ConfigPlaces {
  readonly env: Pick<Env, 'variable' | 'mcpConfig'>;
  readonly paths: Pick<DataPaths, 'data' | 'mcpConfig'>;
}

/**
 * Reads which tool servers there are: `OMEGA_MCP_CONFIG`, else `mcp.json` in the data folder, else the shipped one.
 * @throws OmegaError `E_MCP_CONFIG`, exit code 2, naming the file and every fault in it at once.
 */
export function readMcpConfig({ env, paths }: ConfigPlaces): McpConfig {
  const file = configFile({ env, paths });
  const parsed = ConfigFile.safeParse(readJson(file));
  if (!parsed.success) throw configError(file, parsed.error.issues.map(describeIssue));
  const valueOf = (name: string): string | undefined => builtIn(paths)[name] ?? env.variable(name);
  const read = Object.entries(parsed.data.mcpServers).map(([name, entry]) => resolveEntry(name, entry, valueOf));
  const faults = read.flatMap((one) => one.faults);
  if (faults.length > 0) throw configError(file, faults);
  const secrets = new Set(read.flatMap((one) => one.secrets));
  return { file, servers: read.map(({ config }) => config), secrets: [...secrets] };
}

function configFile({ env, paths }: ConfigPlaces): string {
  if (env.mcpConfig !== undefined) return resolve(root, env.mcpConfig);
  return existsSync(paths.mcpConfig) ? paths.mcpConfig : join(root, 'mcp.json');
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')); // Some editors begin a file with that mark.
  } catch (error) {
    throw configError(file, [codeOf(error) === 'ENOENT' ? 'There is no such file' : messageOf(error)]);
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const { message } = (issue.code === 'invalid_key' ? issue.issues[0] : undefined) ?? issue;
  return `${issue.path.join('.')}: ${message}`;
}

function configError(file: string, faults: readonly string[]): OmegaError {
  const list = faults.map((fault) => `  - ${fault}`).join('\n');
  return new OmegaError(`${file} cannot be used:\n${list}`, {
    code: 'E_MCP_CONFIG',
    hint: 'Mend it there; docs/mcp.md explains each name.',
    permanent: true,
    exitCode: 2,
  });
}

function builtIn({ data }: ConfigPlaces['paths']): Readonly<Record<string, string>> {
  return { OMEGA_DATA_DIR: data, OMEGA_ROOT: root };
}

interface Resolved {
  readonly config: ServerConfig;
  readonly secrets: readonly string[];
  readonly faults: readonly string[];
}

function resolveEntry(name: string, entry: Entry, valueOf: (name: string) => string | undefined): Resolved {
  const missing = new Set<string>();
  const secrets: string[] = [];
  const faults: string[] = [];
  const fill = (text: string, where: string): string => {
    const { text: filled, ...rest } = expand(text, valueOf);
    for (const variable of rest.missing) missing.add(variable);
    faults.push(...rest.faults.map((fault) => `mcpServers.${name}.${where}: ${fault}`));
    secrets.push(...secretsIn({ where, filled, values: rest.values }));
    return filled;
  };
  const launch = launchOf(entry, fill);
  const rules = {
    ...entry.omega,
    read: entry.omega.read.map((path) => resolve(root, fill(path, 'omega.read'))),
    write: entry.omega.write.map((path) => resolve(root, fill(path, 'omega.write'))),
  };
  if (launch.kind === 'http' && missing.size === 0 && !/^https?:$/.test(URL.parse(launch.url)?.protocol ?? ''))
    faults.push(`mcpServers.${name}.url: is no address that begins with https:// or http://`);
  const fingerprint = createHash('sha256')
    .update(canonicalize({ launch, rules }) ?? '')
    .digest('hex')
    .slice(0, 16);
  const notes = Object.keys(entry)
    .filter((key) => !knownKeys.has(key))
    .map((key) => `"${key}" in its entry is not used`);
  const config = { name, disabled: entry.disabled, launch, missing: [...missing], fingerprint, notes, rules };
  return { config, secrets, faults };
}

function launchOf(entry: Entry, fill: (text: string, where: string) => string): Launch {
  const fillRecord = (record: Readonly<Record<string, string>>, where: string): Record<string, string> =>
    Object.fromEntries(Object.entries(record).map(([key, text]) => [key, fill(text, `${where}.${key}`)]));
  if (entry.command === undefined)
    return { kind: 'http', url: fill(entry.url ?? '', 'url'), headers: fillRecord(entry.headers, 'headers') };
  const command = fromRoot(fill(entry.command, 'command'));
  const args = entry.args.map((arg, index) => fromRoot(fill(arg, `args.${index}`), index === 0 && isNode(command)));
  return { kind: 'stdio', command, args, env: fillRecord(entry.env, 'env') };
}

/** A server runs in a folder of its own, so a path in the repository is made whole; other words stay as they are. */
function fromRoot(text: string, isEntry = false): string {
  const isPath = isEntry || /^\.{1,2}\//.test(text) || (text.includes('/') && existsSync(join(root, text)));
  return isPath ? resolve(root, text) : text;
}
