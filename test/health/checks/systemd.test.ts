import { expect, test } from 'vitest';
import type { SystemdStanding, Told } from '#holding/health/check.ts';
import { judgeSystemd } from '#holding/health/checks/systemd.ts';
import { judgeTimeSync } from '#holding/health/checks/time-sync.ts';
import { isTimeSynchronized } from '#holding/health/host/time-sync.ts';
import { inEnglish } from '../../support/health.ts';

function judge(change: Partial<SystemdStanding> = {}): Told {
  const well = { unit: 'ours', enabled: 'enabled', active: 'active', linger: true, user: 'omega' } as const;
  return inEnglish(judgeSystemd({ ...well, ...change }));
}

test('a service that is enabled, runs and outlives the session is well', () => {
  expect(judge()).toMatchObject({ status: 'ok' });
  expect(judge({ active: 'activating' })).toMatchObject({ status: 'ok' });
});

test('started by hand is no fault, and what would change it waits for the owner', () => {
  expect(judge({ unit: 'none' })).toMatchObject({
    status: 'off',
    todo: { command: 'npm run stop; scripts/start_24_7.sh systemd' },
  });
  expect(judgeSystemd(null)).toMatchObject({ status: 'off', todo: { command: 'scripts/start_24_7.sh cron' } });
  expect(judgeSystemd('cron').status).toBe('ok');
});

test('a service of that name that starts another folder is none of this one’s, and asks for nothing', () => {
  expect(judge({ unit: 'foreign' })).toEqual({ status: 'off', reason: expect.stringContaining('another folder') });
});

test.each([
  [{ linger: false }, 'warn', 'sudo loginctl enable-linger omega'],
  [{ enabled: 'disabled' }, 'warn', 'npm run stop; scripts/start_24_7.sh systemd'],
  [{ enabled: '' }, 'warn', 'npm run stop; scripts/start_24_7.sh systemd'],
  [{ active: 'inactive' }, 'warn', 'npm run stop && systemctl --user start omega-holding.service'],
  [{ active: 'failed' }, 'fail', 'npm run stop; scripts/start_24_7.sh systemd'],
] as const)('%o is a matter for the owner', (change, status, command) => {
  expect(judge(change)).toMatchObject({ status, todo: { command } });
});

test('a systemd that does not answer is unknown, not down', () => {
  expect(judge({ enabled: null, active: null })).toMatchObject({ status: 'unknown' });
});

test('a clock that nobody keeps right is a warning; one of which nobody tells is not set up', () => {
  expect(judgeTimeSync(true).status).toBe('ok');
  expect(judgeTimeSync(false)).toMatchObject({ status: 'warn', todo: { command: 'sudo timedatectl set-ntp true' } });
  expect(judgeTimeSync(null).status).toBe('off');
});

test('the real machine is asked for its clock', async () => {
  expect([true, false, null]).toContain(await isTimeSynchronized(new AbortController().signal));
});
