import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { dayAndNight } from '#ops/day-and-night.ts';

const hasSystemd = existsSync('/run/systemd/system');

test.skipIf(hasSystemd)('without systemd it is cron that starts Omega, or nothing', async () => {
  expect(['cron', null]).toContain(await dayAndNight(new AbortController().signal));
});

test.skipIf(!hasSystemd)('with systemd it tells of this user’s service', async () => {
  const standing = await dayAndNight(new AbortController().signal);
  expect(standing).toMatchObject({ user: userInfo().username, linger: expect.any(Boolean) });
});

test('a look that is aborted ends', async () => {
  await expect(dayAndNight(AbortSignal.abort(new Error('enough')))).rejects.toThrow();
});
