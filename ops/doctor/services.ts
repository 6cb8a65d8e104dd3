import { codeOf } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { createControlClient } from '../control-client.ts';
import { lockOwner } from '../lock.ts';
import type { ServiceStatus } from '../status.ts';
import { fault, fine, unknown, type Look } from './finding.ts';

/** What the supervisor says of its children, where one runs. */
export async function lookAtServices(paths: DataPaths): ReturnType<Look> {
  const services = await servicesOf(paths);
  if (services === null) {
    if (lockOwner(paths) === null) return unknown('Omega does not run');
    return fault('the supervisor does not answer', 'npm run stop, then npm start');
  }
  const failing = services.filter(({ state }) => state !== 'ready');
  if (failing.length === 0) return fine(`${services.map(({ name }) => name).join(', ')}: ready`);
  const words = failing.map(
    ({ name, state, lastExit }) => `${name} is in ${state} (last: ${lastExit ?? 'none ended'})`,
  );
  return fault(words.join('; '), `npm run logs -- ${failing.map(({ name }) => name).join(' ')}`);
}

/** Null where no supervisor answers. */
async function servicesOf({ controlSocket }: DataPaths): Promise<readonly ServiceStatus[] | null> {
  try {
    return await createControlClient(controlSocket).services(new AbortController().signal);
  } catch (error) {
    if (codeOf(error) === 'E_NO_SUPERVISOR') return null;
    throw error;
  }
}
