import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';
import { inAscii } from '#lib/ascii.ts';
import { messageOf } from '#lib/errors.ts';
import { root } from '#lib/paths.ts';
import { programNames } from './programs.ts';

const [outDir] = process.argv.slice(2);
if (outDir === undefined) throw new TypeError('ops/programs-process.ts is started by buildPrograms() with a folder');

/** What a module asks about itself: joined with others it must still be told where it came from. */
const aboutItself = /\bimport\.meta\.(?:dirname|filename|url|main)\b/g;
const commonJsPlace = /\b__(?:dirname|filename)\b/;

const keepPlaces: Plugin = {
  name: 'keep-places',
  transform(code, id) {
    if (!id.startsWith('/') || this.getModuleInfo(id)?.isEntry === true) return null;
    const place: Record<string, string> = {
      'import.meta.dirname': JSON.stringify(dirname(id)),
      'import.meta.filename': JSON.stringify(id),
      'import.meta.url': JSON.stringify(pathToFileURL(id).href),
      'import.meta.main': 'false',
    };
    const told = code.replaceAll(aboutItself, (asked) => place[asked] ?? asked);
    if (!commonJsPlace.test(code) || isModule(this.parse(code))) return told === code ? null : { code: told };
    const here = `var __dirname = ${place['import.meta.dirname']}, __filename = ${place['import.meta.filename']};`;
    return { code: `${here}${told}` };
  },
};

function isModule({ body }: { readonly body: readonly { readonly type: string }[] }): boolean {
  return body.some(({ type }) => /^(?:Import|Export)/.test(type));
}

try {
  const bundle = await rolldown({
    input: Object.fromEntries(programNames.map((name) => [name, join(root, 'scripts', `${name}.ts`)])),
    platform: 'node',
    cwd: root,
    external: [/^@bull-board\//], // It serves files that lie beside its own.
    plugins: [keepPlaces],
    treeshake: { moduleSideEffects: true }, // Nothing is left out that a package does when it is loaded.
    logLevel: 'silent',
  });
  // Names and lines stay as they are, for the traces of errors.
  const { output } = await bundle.generate({ minify: false, keepNames: true, comments: false });
  await mkdir(outDir, { recursive: true });
  for (const file of output) {
    if (file.type === 'asset')
      throw new TypeError(`${file.fileName} is no script; a program reads it from its sources`);
    await writeFile(join(outDir, file.fileName), inAscii(file.code), { flush: true }); // Whole, also after a power cut.
  }
} catch (error) {
  process.stderr.write(messageOf(error));
  process.exitCode = 1;
}
