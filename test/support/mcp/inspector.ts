import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '#lib/paths.ts';

/** It looks for its own package.json from where it is started, and finds it only from here. */
const cwd = join(root, 'node_modules', '@modelcontextprotocol', 'inspector-cli', 'build');

/** What the inspector's command line prints: the result of one request, as JSON. */
export async function inspect(args: readonly string[], env: Record<string, string> = {}): Promise<unknown> {
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const { stdout } = await promisify(execFile)(process.execPath, ['cli.js', '--cli', ...variables, ...args], { cwd });
  return JSON.parse(stdout);
}
