import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'astro';
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

/**
 * Escapes what the bundler leaves as it is: the text of the pages' templates and the styles. A file in which one
 * character is beyond Latin-1 takes two bytes for each of its characters in the worker's memory.
 */
async function writeInAscii(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.mjs')) continue;
    const source = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), source.replaceAll(/[^\0-\x7f]/g, escaped));
  }
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
