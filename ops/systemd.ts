import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import { root } from '#lib/paths.ts';

/** The systemd user unit that runs Omega day and night. */
export const unitName = 'omega-holding.service';

/** Where the owner's unit of that name lies, if there is one. */
export const unitFile = join(homedir(), '.config', 'systemd', 'user', unitName);

/** The unit stops within 25 s, or systemd's own patience ends; milliseconds. */
const stopTimeoutMs = 60_000;

/** Whether a unit of our name is there, and whether it starts this folder or something else. */
export function whoseUnit(file = unitFile, repository = root): 'none' | 'ours' | 'foreign' {
  try {
    const starts = readFileSync(file, 'utf8').match(/^ExecStart=.*$/gm) ?? [];
    return starts.some((line) => line.includes(`${repository}/`)) ? 'ours' : 'foreign';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'none';
    throw error;
  }
}

/** Whether systemd holds our unit up now, or is about to. False where there is no systemd to ask. */
export async function isUnitUp(): Promise<boolean> {
  if (whoseUnit() !== 'ours') return false;
  const state = await systemctl(['show', '--property=ActiveState', '--value', unitName]).catch(() => '');
  return ['active', 'activating', 'reloading', 'deactivating'].includes(state.trim());
}

/** Stops the unit, so that systemd does not start it again. @throws OmegaError `E_SYSTEMD`. */
export async function stopUnit(): Promise<void> {
  try {
    await systemctl(['stop', unitName]);
  } catch (error) {
    throw new OmegaError(`systemd could not stop ${unitName}: ${messageOf(error)}`, {
      code: 'E_SYSTEMD',
      hint: `Type: systemctl --user stop ${unitName}`,
      cause: error,
    });
  }
}

/** Asks the user's systemd. Under cron, su and sudo its address is missing from the environment. */
export async function systemctl(args: readonly string[], signal?: AbortSignal): Promise<string> {
  const runtimeDir = `/run/user/${process.getuid?.() ?? 0}`;
  const address = existsSync(runtimeDir) ? [`XDG_RUNTIME_DIR=${runtimeDir}`] : [];
  const { stdout } = await promisify(execFile)('env', [...address, 'systemctl', '--user', ...args], {
    timeout: stopTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  return stdout;
}
