import { execFile } from 'node:child_process';
import { rename, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findChroma } from './chroma-binary.ts';
import { firstOnPath, type Tell } from './redis-binary.ts';

const run = promisify(execFile);

/** It comes with symbols for debugging of 437 MB and has 46 MB without. */
const strippedBelowBytes = 100e6;
const timeoutMs = 60_000;

export interface StripOptions {
  readonly tell: Tell;
  readonly signal: AbortSignal;
  /** The native binding; the installed one unless said. */
  readonly binding?: string | undefined;
}

/**
 * Takes the debugging symbols out of Chroma's binding where `strip` is at hand; what cannot be done is left as it is,
 * for it runs just as well. The new file is proven by a run and then takes the place of the old one at once.
 */
export async function stripChroma({ tell, signal, binding = findChroma()?.binding }: StripOptions): Promise<void> {
  if (binding === undefined || (await firstOnPath(['strip'])) === null) return;
  const started = performance.now();
  const scratch = `${binding}.${process.pid}.tmp`;
  try {
    const before = await megabytesOf(binding);
    if (before * 1e6 < strippedBelowBytes) return;
    await run('strip', ['-o', scratch, binding], { signal, timeout: timeoutMs });
    await run(process.execPath, ['-e', loadsAsChroma, scratch], { signal, timeout: timeoutMs });
    const after = await megabytesOf(scratch);
    await rename(scratch, binding);
    tell(`Chroma without debugging symbols: ${after} MB instead of ${before}`, performance.now() - started);
  } catch {
    signal.throwIfAborted(); // A folder of somebody else's, a full disk, another strip: nothing depends on it.
  } finally {
    await rm(scratch, { force: true }).catch(() => {});
  }
}

const loadsAsChroma = `const binding = { exports: {} };
process.dlopen(binding, process.argv[1]);
if (typeof binding.exports.cli !== 'function') process.exit(1);`;

async function megabytesOf(path: string): Promise<number> {
  return Math.round((await stat(path)).size / 1e6);
}
