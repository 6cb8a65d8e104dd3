import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OmegaError } from '#lib/errors.ts';
import { root } from '#lib/paths.ts';

/** Where the built renderer lies unless a caller says otherwise. */
export const builtSite = join(root, 'site', 'dist');

export interface BuildOptions {
  /** A folder that is replaced as a whole, and only by a build that succeeded. */
  readonly to?: string;
  readonly signal?: AbortSignal;
}

const buildTimeoutMs = 120_000;

/**
 * Builds the status page's renderer, once: drawing a page afterwards takes milliseconds.
 * @throws OmegaError `E_SITE_BUILD` with what Astro said; the former build is then untouched.
 */
export async function buildSite({ to = builtSite, signal }: BuildOptions = {}): Promise<void> {
  const fresh = `${to}.${process.pid}.${crypto.randomUUID().slice(0, 8)}`;
  try {
    await runAstro(fresh, signal);
    await access(join(fresh, 'server', 'entry.mjs'));
    await rm(to, { recursive: true, force: true });
    await mkdir(join(to, '..'), { recursive: true });
    await rename(fresh, to);
  } catch (error) {
    signal?.throwIfAborted();
    throw buildError(error);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** In a process of its own, whose 400 MB are freed at its end; its environment holds no secret of the owner's. */
async function runAstro(outDir: string, signal: AbortSignal | undefined): Promise<void> {
  await promisify(execFile)(process.execPath, [join(root, 'site', 'build-process.ts'), outDir], {
    cwd: root,
    env: { NODE_ENV: 'production', ASTRO_TELEMETRY_DISABLED: '1' },
    timeout: buildTimeoutMs,
    killSignal: 'SIGKILL',
    ...(signal === undefined ? {} : { signal }),
  });
}

function buildError(cause: unknown): OmegaError {
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
  return new OmegaError(`The status page could not be built: ${said || String(cause)}`, {
    code: 'E_SITE_BUILD',
    hint: 'Mend what it names, then: npm run site:build',
  });
}
