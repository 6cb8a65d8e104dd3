import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join, parse, resolve, sep } from 'node:path';
import { codeOf, messageOf } from '#lib/errors.ts';
import { ToolError } from './tool-error.ts';

export interface NodeServer {
  /** The script, absolute. */
  readonly entry: string;
  readonly args: readonly string[];
  /** Files and folders that it may read and write, absolute; what it may write it may read. */
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/**
 * The command that runs a server under Node's permission model, with Omega's own Node: it reads its own package and
 * these folders, writes where it may, and starts no process, worker or addon. Sockets and signals are not held back,
 * and neither is a symbolic link that somebody else put into one of the folders.
 * @throws ToolError `start` where the entry is not there.
 */
export async function nodeCommand({
  entry,
  args,
  read,
  write,
}: NodeServer): Promise<{ command: string; args: string[] }> {
  const script = await scriptOf(entry);
  const readable = await asNamedAndReal([packagesOf(script), ...read, ...write]);
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
  } catch (cause) {
    throw new ToolError(`Its program ${entry} cannot be read: ${messageOf(cause)}`, {
      kind: 'start',
      delivery: 'not-sent',
      hint: 'npm ci installs the shipped servers, npm run mcp -- add NAME the others.',
      cause,
    });
  }
}

/** A package finds what it depends on beside it, so all of the outermost node_modules; else its own folder. */
function packagesOf(script: string): string {
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
