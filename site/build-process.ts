import { build } from 'astro';
import { messageOf } from '#lib/errors.ts';

const [outDir] = process.argv.slice(2);
if (outDir === undefined) throw new TypeError('site/build-process.ts is started by buildSite() with a folder');

try {
  await build({ root: import.meta.dirname, outDir, logLevel: 'silent' });
} catch (error) {
  process.stderr.write(messageOf(error));
  process.exitCode = 1;
}
