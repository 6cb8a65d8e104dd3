import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createChromaIndex } from '#holding/memory/vectors/chroma-index.ts';
import { describeSpace } from '#holding/memory/embed/embedders.ts';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import { findChroma } from '#ops/chroma-binary.ts';
import { readChromaAddress } from '#ops/chroma-state.ts';
import { fine, unknown, warning, type Seen } from '#ops/doctor/finding.ts';
import { lockOwner } from '#ops/lock.ts';
import type { Settings } from './settings.ts';

const probeTimeoutMs = 8000;

/** What the memory stands on: the model that is set, and whether its index of vectors answers where it should. */
export async function lookAtMemory(settings: Settings, hasChroma = findChroma() !== null): Promise<Seen> {
  const { env, paths } = settings;
  const { provider, model } = describeSpace(env.embeddings);
  const named = `model ${provider}${model === null ? '' : ` (${model})`}`;
  if (env.chromaUrl !== undefined) {
    const where = `${named}; Chroma at CHROMA_URL (${URL.parse(env.chromaUrl)?.host})`;
    return await asked(where, settings, 'see to CHROMA_URL in .env, or leave it out for a private one');
  }
  if (!hasChroma)
    return warning(
      `${named}; no Chroma for this system, so memory finds by words alone`,
      'set CHROMA_URL in .env to one that runs elsewhere',
    );
  const where = `${named}; private Chroma with ${await sizeOf(paths.chroma)}`;
  if (lockOwner(paths) === null) return unknown(`${where}, which runs with Omega`);
  return await asked(where, settings, 'npm run logs -- chroma');
}

/** As the check does: a vector is written, read back and found. */
async function asked(where: string, { env, paths }: Settings, mend: string): Promise<Seen> {
  await using index = createChromaIndex({ address: () => env.chromaUrl ?? readChromaAddress(paths) });
  try {
    await index.probe(AbortSignal.timeout(probeTimeoutMs));
    return fine(`${where}, answers`);
  } catch (error) {
    const ownMend = error instanceof OmegaError && codeOf(error) === 'E_INDEX_BROKEN' ? error.hint : undefined;
    return warning(`${where}: memory finds by words alone: ${messageOf(error)}`, ownMend ?? mend);
  }
}

/** Of all its files, those that go meanwhile left out. */
async function sizeOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifThere);
  const files = (entries ?? []).filter((entry) => entry.isFile());
  const found = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name)).catch(ifThere)));
  const bytes = found.reduce((sum, one) => sum + (one?.size ?? 0), 0);
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

function ifThere(error: unknown): null {
  if (codeOf(error) !== 'ENOENT') throw error;
  return null;
}
