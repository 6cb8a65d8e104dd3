import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { runProgram } from '../support/outsider.ts';

test('what a worker loads for tools has neither the egress proxy nor the SDK in it: the first server brings them', async () => {
  const look = `import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    await import(${JSON.stringify(pathToFileURL(join(root, 'scripts', 'tools.ts')).href)});
    console.log(JSON.stringify(loaded));`;
  const { stdout } = await runProgram(process.execPath, ['--input-type=module', '--eval', look]);
  const loaded: string[] = JSON.parse(stdout);
  expect(loaded.filter((url) => url.endsWith('/mcp/create-hub.ts'))).toHaveLength(1);
  expect(loaded.filter((url) => /\/mcp\/(?:egress|connect)\.ts$|@modelcontextprotocol|undici/.test(url))).toEqual([]);
});
