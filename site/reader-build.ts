import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';

const source = join(import.meta.dirname, 'reader');

/** Where it is served, a phone can put it among its apps. */
const place = [
  '<meta name="theme-color" content="#f7f7f4" media="(prefers-color-scheme:light)">',
  '<meta name="theme-color" content="#101311" media="(prefers-color-scheme:dark)">',
  '<link rel="icon" href="/icon.svg">',
  '<link rel="apple-touch-icon" href="/icon-180.png">',
  '<link rel="manifest" href="manifest.webmanifest" crossorigin="use-credentials">',
].join('');

/** There it may load reports, and what the phone needs. */
const fromOmega = ["img-src 'self' data:", "connect-src 'self'", "manifest-src 'self'"];

/**
 * Builds the reader of sealed reports into a folder: `reader.html`, which asks nothing of anybody and works from a
 * disk, and `served.html`, the same script with what it needs where Omega serves it.
 */
export async function buildReader(folder: string): Promise<void> {
  const page = (await readFile(join(source, 'reader.html'), 'utf8')).replaceAll(/\n\s*/g, '');
  const [script, style] = await Promise.all([bundled('main.ts'), bundled('reader.css')]);
  await mkdir(folder, { recursive: true });
  const alone = { page, script, style, head: '<link rel="icon" href="data:,">', loads: ['img-src data:'] };
  await writeFile(join(folder, 'reader.html'), filled(alone));
  await writeFile(join(folder, 'served.html'), filled({ ...alone, head: place, loads: fromOmega }));
}

/** One entry and all that it imports, minified. */
async function bundled(entry: string): Promise<string> {
  const made = await build({
    root: source,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'silent',
    plugins: [smallNacl],
    build: { write: false, target: 'esnext', modulePreload: false, rolldownOptions: { input: join(source, entry) } },
  });
  const outputs = [made].flat().flatMap((one) => ('output' in one ? one.output : []));
  const texts = outputs.map((one) => (one.type === 'chunk' ? one.code : String(one.source)));
  if (texts.length !== 1) throw new Error(`${entry} became ${texts.length} files; the reader is one`);
  return texts.join('').trim();
}

/** tweetnacl with half the bytes: slower, which a report of 100 KB does not show. Its text is not touched. */
const smallNacl: Plugin = {
  name: 'small-nacl',
  enforce: 'pre',
  resolveId: (id) => (id === 'tweetnacl' ? createRequire(import.meta.url).resolve('tweetnacl/nacl.js') : null),
  load: async (id) => {
    if (!id.endsWith('/nacl.js')) return null;
    return `const module = { exports: {} };${await readFile(id, 'utf8')};export default module.exports;`;
  },
};

interface Filling {
  readonly page: string;
  readonly script: string;
  readonly style: string;
  readonly head: string;
  /** What it may load, as its policy says that. */
  readonly loads: readonly string[];
}

function filled({ page, script, style, head, loads }: Filling): string {
  if (/<\/script|<!--/i.test(script)) throw new Error('The script would end the element that it stands in');
  return page
    .replace('POLICY', () => policy(script, loads))
    .replace('<!--HEAD-->', () => head)
    .replace('</style>', () => `${style}</style>`)
    .replace('</script>', () => `${script}</script>`);
}

/**
 * One script, by its hash. A report is shown in a frame that inherits this policy, so inline styles must be allowed
 * here for it to have its own; nothing that they could name can be loaded. A frame may lead nowhere.
 */
function policy(script: string, loads: readonly string[]): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    ...loads,
    "base-uri 'none'",
    "form-action 'none'",
  ].join(';');
}
