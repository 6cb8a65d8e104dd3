import { writeFileAtomic } from '#lib/atomic-file.ts';
import { OmegaError } from '#lib/errors.ts';
import type { ControlClient } from '#ops/control-client.ts';
import type { Settings } from './settings.ts';

/** A new Chroma answers within a second; on a machine that is busy it takes longer. */
const patienceMs = 30_000;

/**
 * Has the private Chroma set its folder aside and start with an empty one; resolves when that is ready. The journal
 * fills it again.
 * @throws OmegaError `E_NOT_OURS` where the owner runs one of their own; `E_NO_SUPERVISOR` where Omega is stopped: its
 * next start does it then.
 */
export function createRepair(
  { env, paths }: Settings,
  supervisor: Pick<ControlClient, 'services' | 'restart' | 'watch'>,
): (reason: string, signal: AbortSignal) => Promise<void> {
  return async (reason, signal) => {
    if (env.chromaUrl !== undefined) throw notOurs(reason);
    await writeFileAtomic(paths.chromaBroken, `${reason}\n`);
    const within = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    const before = (await supervisor.services(within)).find(({ name }) => name === 'chroma')?.restarts ?? 0;
    await supervisor.restart('chroma', within);
    for await (const { name, state, restarts } of supervisor.watch(within))
      if (name === 'chroma' && state === 'ready' && restarts > before) return;
    signal.throwIfAborted();
    throw new OmegaError(`Chroma is not ready ${patienceMs / 1000} s after it was to start anew.`, {
      code: 'E_CHROMA_START',
      hint: 'npm run logs -- chroma says why.',
    });
  };
}

function notOurs(reason: string): OmegaError {
  return new OmegaError(`The Chroma of CHROMA_URL has a fault that it does not get over: ${reason}`, {
    code: 'E_NOT_OURS',
    hint: 'See to it on its own machine; delete the collections that begin with omega-memory__ and they are filled again.',
  });
}
