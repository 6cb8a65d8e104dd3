import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'astro';
import { inAscii } from '#lib/ascii.ts';
import { messageOf } from '#lib/errors.ts';
import { buildReader } from './reader-build.ts';

const [outDir] = process.argv.slice(2);
if (outDir === undefined) throw new TypeError('site/build-process.ts is started by buildSite() with a folder');

try {
  await build({ root: import.meta.dirname, outDir, logLevel: 'silent' });
  await writeInAscii(join(outDir, 'server'));
  await buildReader(join(outDir, 'reader'));
} catch (error) {
  process.stderr.write(messageOf(error));
  process.exitCode = 1;
}

/** The pages' templates and styles, as the bundler leaves them. */
async function writeInAscii(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.mjs')) continue;
    await writeFile(join(folder, name), inAscii(await readFile(join(folder, name), 'utf8')));
  }
}
