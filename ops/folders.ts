import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { promisify } from 'node:util';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { requireOwnSockets, type DataPaths } from '#lib/paths.ts';

/**
 * Makes every folder under the data folder, for its owner alone; called before anything is written there.
 * @throws OmegaError `E_DATA_DIR` or `E_SOCKET_DIR`, exit code 2, where one cannot be made or used.
 */
export async function makeFolders({ data, redis, keys, logs, run, sockets, site }: DataPaths): Promise<void> {
  const folders = [data, redis, keys, logs, run, sockets, site];
  try {
    // Node's own recursive mkdir never ends where a parent refuses with ENOENT, as /proc does.
    await promisify(execFile)('mkdir', ['-p', '-m', '700', ...folders]);
  } catch (error) {
    throw dataError(data, mkdirsReason(error));
  }
  for (const folder of folders) {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
      throw dataError(folder, messageOf(error));
    });
  }
  requireOwnSockets({ sockets, run }); // Again, for now it is there: mkdir takes one that somebody else just made.
}

/** mkdir says it on one line: `mkdir: cannot create directory ‘/x/data’: Permission denied`. */
function mkdirsReason(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return said.split('\n')[0]?.replace(/^mkdir: /, '') || messageOf(error);
}

function dataError(folder: string, why: string): OmegaError {
  return new OmegaError(`The data folder ${folder} cannot be used: ${why}`, {
    code: 'E_DATA_DIR',
    hint: `Give it to this user (sudo chown -R "$(id -un)" '${folder}'), or set OMEGA_DATA_DIR to another folder.`,
    permanent: true,
    exitCode: 2,
  });
}
