import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { messageOf } from '#lib/errors.ts';
import { fault, fine, unknown, warning, type Look } from './finding.ts';

const run = promisify(execFile);

/** What systemd knows: whether Omega runs day and night, and by what clock. */
export const systemdLooks: Readonly<Record<string, Look>> = {
  unit: lookAtUnit,
  linger: lookAtLinger,
  clock: lookAtClock,
};

const noSystemd = 'systemd does not run this machine';

async function lookAtUnit(): ReturnType<Look> {
  if (!(await hasSystemd())) return unknown(noSystemd);
  const state = await unitState();
  if (state === 'enabled') return fine('enabled');
  if (state === null) return unknown('the user services of systemd cannot be asked from here');
  return warning(`${state}: Omega does not start with the machine`, 'scripts/start_24_7.sh systemd');
}

/** Without linger a user's services die when the last session ends. */
async function lookAtLinger(): ReturnType<Look> {
  if (!(await hasSystemd())) return unknown(noSystemd);
  const { username } = userInfo();
  const { stdout } = await run('loginctl', ['show-user', username, '--property=Linger', '--value'], { timeout: 5000 });
  if (stdout.trim() === 'yes') return fine('on');
  const isEnabled = (await unitState()) === 'enabled';
  const found = isEnabled ? fault : warning;
  return found('off: services end when you log out', `sudo loginctl enable-linger ${username}`);
}

/** A clock that drifts makes schedules, deadlines and certificates wrong. */
async function lookAtClock(): ReturnType<Look> {
  if (!(await hasSystemd())) return unknown(noSystemd);
  const { stdout } = await run('timedatectl', ['show', '--property=NTPSynchronized', '--value'], { timeout: 5000 });
  if (stdout.trim() === 'yes') return fine('synchronised');
  return warning('not synchronised with the time of the network', 'sudo timedatectl set-ntp true');
}

/** `enabled`, `disabled`, `not-found` and so on; null where nobody answers. */
async function unitState(): Promise<string | null> {
  try {
    const { stdout } = await run('systemctl', ['--user', 'is-enabled', 'omega-holding.service'], { timeout: 5000 });
    return stdout.trim();
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : '';
    if (said !== '') return said;
    return /No such file/.test(messageOf(error)) ? 'not installed' : null;
  }
}

async function hasSystemd(): Promise<boolean> {
  return await access('/run/systemd/system').then(
    () => true,
    () => false,
  );
}
