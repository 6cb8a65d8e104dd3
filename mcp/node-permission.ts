import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join, parse, relative, resolve, sep } from 'node:path';
import { codeOf, messageOf } from '#lib/errors.ts';
import { ToolError } from './tool-error.ts';

export interface NodeServer {
  /** The script, absolute. */
  readonly entry: string;
  readonly args: readonly string[];
  /** Files and folders that it may read and write, absolute; what it may write it may read. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Folders that hold what is ours: none of them is ever all readable for being where its packages are. */
  readonly closed: readonly string[];
}

/**
 * The command that runs a server under Node's permission model, with Omega's own Node: it reads its own package and
 * these folders, writes where it may, and starts no process, worker or addon. Sockets and signals are not held back,
 * and neither is a symbolic link that somebody else put into one of the folders.
 * @throws ToolError `start` where the entry is not there, or lies beside what is ours.
 */
export async function nodeCommand({
  entry,
  args,
  read,
  write,
  closed,
}: NodeServer): Promise<{ command: string; args: string[] }> {
  const script = await scriptOf(entry);
  const readable = await asNamedAndReal([await packagesOf(script, closed), ...read, ...write]);
  const writable = await asNamedAndReal(write);
  const permissions = [
    ...readable.map((path) => `--allow-fs-read=${path}`),
    ...writable.map((path) => `--allow-fs-write=${path}`),
  ];
  return { command: process.execPath, args: ['--permission', ...permissions, script, ...args] };
}

async function scriptOf(entry: string): Promise<string> {
  try {
    return await realpath(entry);
  } catch (error) {
    throw new ToolError(`Its program ${entry} cannot be read: ${messageOf(error)}`, {
      kind: 'start',
      delivery: 'not-sent',
      hint: 'npm ci installs the shipped servers, npm run mcp -- add NAME the others.',
    });
  }
}

/** The widest folder of what belongs to the script that holds nothing of ours. */
async function packagesOf(script: string, closed: readonly string[]): Promise<string> {
  const ours = await Promise.all(closed.map(realOf));
  const isOpen = (folder: string): boolean => ours.every((place) => relative(folder, place).startsWith('..'));
  const found = [packageOf(script), dirname(script)].find(isOpen);
  if (found !== undefined) return found;
  throw new ToolError(`Its program ${script} lies in ${dirname(script)}, which holds what is Omega's own`, {
    kind: 'start',
    delivery: 'not-sent',
    hint: 'Move it into a folder of its own, all of which the server may read.',
  });
}

/** A package finds what it depends on beside it, so all of the outermost node_modules; else its own folder. */
function packageOf(script: string): string {
  const parts = script.split(sep);
  const outermost = parts.indexOf('node_modules');
  if (outermost >= 0) return parts.slice(0, outermost + 1).join(sep);
  let folder = dirname(script);
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === parse(folder).root) return dirname(script);
    folder = dirname(folder);
  }
  return folder;
}

/** Node compares names as they are written, before a link in them is followed: both of a folder's names are allowed. */
async function asNamedAndReal(paths: readonly string[]): Promise<string[]> {
  const both = await Promise.all(paths.map(async (path) => [resolve(path), await realOf(resolve(path))]));
  const names = [...new Set(both.flat())];
  const wild = names.find((name) => name.includes('*'));
  if (wild === undefined) return names;
  throw new ToolError(`${wild} cannot be allowed to a server: to Node its * means other folders too`, {
    kind: 'start',
    delivery: 'not-sent',
    hint: 'Rename it, or name another folder in mcp.json.',
  });
}

async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return path; // It may come later.
    throw error;
  }
}
