import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemctl, unitName, whoseUnit } from './systemd.ts';

/** Where systemd keeps one empty file for each user whose services outlive the last session. */
const lingerFolder = '/var/lib/systemd/linger';
/** What scripts/start_24_7.sh ends its line with. */
const cronMark = '# omega-holding';

/** What keeps Omega running: as systemd tells it, `cron` where that starts it, null where neither does. It only looks. */
export async function dayAndNight(
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof unitStanding>> | 'cron' | null> {
  if (await exists('/run/systemd/system')) return await unitStanding(signal);
  return (await crontab(signal)).includes(cronMark) ? 'cron' : null;
}

async function unitStanding(signal: AbortSignal): Promise<{
  unit: ReturnType<typeof whoseUnit>;
  enabled: string | null;
  active: string | null;
  linger: boolean;
  user: string;
}> {
  const { username } = userInfo();
  const [shown, linger] = await Promise.all([show(signal), exists(join(lingerFolder, username))]);
  const told = (name: string): string | null => new RegExp(`^${name}=(.*)$`, 'm').exec(shown)?.[1] ?? null;
  return { unit: whoseUnit(), enabled: told('UnitFileState'), active: told('ActiveState'), linger, user: username };
}

/** Empty where nobody answers: the user has no systemd of their own here. */
async function show(signal: AbortSignal): Promise<string> {
  try {
    return await systemctl(['show', '--property=UnitFileState,ActiveState', unitName], signal);
  } catch {
    signal.throwIfAborted();
    return '';
  }
}

/** Empty where there is none, or no cron. */
async function crontab(signal: AbortSignal): Promise<string> {
  try {
    return (await promisify(execFile)('crontab', ['-l'], { signal, timeout: 5000 })).stdout;
  } catch {
    signal.throwIfAborted();
    return '';
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
