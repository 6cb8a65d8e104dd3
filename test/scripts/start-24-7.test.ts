import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { temporaryFolder } from '../support/outsider.ts';

interface Installed {
  readonly status: number | null;
  readonly stderr: string;
  /** What the crontab holds afterwards; null: none was written. */
  readonly crontab: string | null;
}

/** Runs `start_24_7.sh cron` with a crontab whose `-l` does this, and whose `-` keeps what it is given. */
function withCrontab(list: string): Installed {
  using folder = temporaryFolder();
  const kept = join(folder.path, 'kept');
  const bin = join(folder.path, 'bin');
  mkdirSync(bin);
  const fake = `#!/bin/sh\nif [ "$1" = - ]; then cat >'${kept}'; else ${list}; fi\n`;
  writeFileSync(join(bin, 'crontab'), fake, { mode: 0o755 });
  const { status, stderr } = spawnSync('sh', [join(root, 'scripts', 'start_24_7.sh'), 'cron'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
  });
  return { status, stderr, crontab: existsSync(kept) ? readFileSync(kept, 'utf8') : null };
}

test('a crontab that cannot be read is not touched, and the error says why', () => {
  const { status, stderr, crontab } = withCrontab(
    `echo 'crontab: cannot open /var/spool: Input/output error' >&2; exit 1`,
  );
  expect(stderr).toMatch(/^✗ The crontab could not be read, so it was not touched: .*Input\/output error\n {2}→ /);
  expect({ status, crontab }).toEqual({ status: 1, crontab: null });
});

test('who has no crontab yet gets one with the single line', () => {
  const { status, crontab } = withCrontab(`echo "no crontab for $(id -un)" >&2; exit 1`);
  expect(status).toBe(0);
  expect(crontab).toMatch(/^@reboot cd '.*' && sh scripts\/node scripts\/start\.ts --detach # omega-holding\n$/);
});

test('what the owner has in the crontab stays, line for line', () => {
  const { status, crontab } = withCrontab(`printf '# mine\\n5 4 * * * backup 50\\\\%%\\n'`);
  expect(status).toBe(0);
  expect(crontab).toMatch(/^# mine\n5 4 \* \* \* backup 50\\%\n@reboot .*\n$/);
});
