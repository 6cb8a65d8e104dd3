import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { openLockFiles } from '#mcp/lock-file.ts';
import { temporaryFolder } from '../support/health.ts';

/** A process that keeps so many pins, one after the other. */
async function keepElsewhere(own: string, server: string, count: number): Promise<unknown> {
  const code = `import { openLockFiles } from ${JSON.stringify(join(root, 'mcp', 'lock-file.ts'))};
    const locks = openLockFiles({ shipped: '/nonexistent', own: ${JSON.stringify(own)} });
    for (let n = 0; n < ${count}; n += 1) await locks.keep('${server}', { ['tool-' + n]: { sha256: 'x', parts: {} } });`;
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
}

test('of processes that keep pins at once none loses those of another one', async () => {
  using folder = temporaryFolder();
  const own = join(folder.path, 'own.json');
  const servers = ['one', 'two', 'three'];
  await Promise.all(servers.map((server) => keepElsewhere(own, server, 15)));
  const locks = openLockFiles({ shipped: '/nonexistent', own });
  for (const server of servers) expect(Object.keys((await locks.pinsOf(server)) ?? {}), server).toHaveLength(15);
});
