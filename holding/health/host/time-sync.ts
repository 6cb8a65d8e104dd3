import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Whether the clock follows the time of the network, whoever sees to it (systemd, chrony, ntpd); null: nobody tells. */
export async function isTimeSynchronized(signal: AbortSignal): Promise<boolean | null> {
  if (!(await runsSystemd())) return null;
  try {
    const asked = ['show', '--property=NTPSynchronized', '--value'];
    const { stdout } = await promisify(execFile)('timedatectl', asked, { signal });
    const said = stdout.trim();
    return said === '' ? null : said === 'yes';
  } catch {
    signal.throwIfAborted();
    return null; // Without its service, or without the right to ask it.
  }
}

async function runsSystemd(): Promise<boolean> {
  return await access('/run/systemd/system').then(
    () => true,
    () => false,
  );
}
