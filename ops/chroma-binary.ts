import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { OmegaError } from '#lib/errors.ts';

/** The server that comes with the npm package `chromadb`. */
export interface ChromaBinary {
  /** A script for Node. */
  readonly script: string;
  /** The native binding that is all of the server. */
  readonly binding: string;
  readonly version: string;
}

/** `chromadb` names them so, and starts whichever is that of the machine. */
const bindingOf: Readonly<Record<string, string>> = {
  'darwin-arm64': 'chromadb-js-bindings-darwin-arm64',
  'darwin-x64': 'chromadb-js-bindings-darwin-x64',
  'linux-arm64': 'chromadb-js-bindings-linux-arm64-gnu',
  'linux-x64': 'chromadb-js-bindings-linux-x64-gnu',
};

const Package = z.object({ version: z.string(), main: z.string() });

/** Null where no server was installed: there is none for this system, such as a Linux with musl. */
export function findChroma(system = `${process.platform}-${process.arch}`): ChromaBinary | null {
  const binding = bindingOf[system];
  if (binding === undefined) return null;
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve(`${binding}/package.json`, { paths: [dirname(require.resolve('chromadb'))] });
    const { version, main } = Package.parse(JSON.parse(readFileSync(manifest, 'utf8')));
    const script = join(dirname(require.resolve('chromadb')), '..', 'cli.mjs');
    return { script, binding: join(dirname(manifest), main), version };
  } catch {
    return null; // Not installed: npm leaves out what is not for this system.
  }
}

/** @throws OmegaError `E_NO_CHROMA` where no server was installed. */
export function requireChroma(): ChromaBinary {
  const found = findChroma();
  if (found !== null) return found;
  throw new OmegaError(`There is no Chroma for this system (${process.platform} on ${process.arch}).`, {
    code: 'E_NO_CHROMA',
    hint: 'Set CHROMA_URL in .env to one that runs elsewhere; without it the memory recalls by words alone.',
    permanent: true,
  });
}
