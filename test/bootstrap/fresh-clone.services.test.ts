import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cloneInto, oldPath, runProgram, temporaryFolder, type Ended } from '../support/outsider.ts';

const installTimeoutMs = 120_000;

describe('a fresh clone on a machine with an old Node', () => {
  const folder = temporaryFolder();
  const clone = cloneInto(folder.path);
  const PATH = oldPath(folder.path);
  afterAll(() => folder[Symbol.dispose]());

  const offline = {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_cache: join(folder.path, 'empty-cache'),
    npm_config_fetch_retries: '0',
  };
  const help = (env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    runProgram('sh', ['scripts/node', 'scripts/help.ts'], { cwd: clone, env: { PATH, ...env } });

  test('without npm it is one error that says what to install', async () => {
    const { exitCode, stderr } = await help({ PATH: oldPath(folder.path, { npm: false }) });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^✗ There is no npm.*\n {2}→ Install Node with npm/);
    expect(existsSync(join(clone, '.runtime'))).toBe(false);
  });

  test('without a registry it is one error, and nothing half-installed is left', async () => {
    const { exitCode, stderr } = await help(offline);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('✗ npm could not install');
    expect(stderr).toContain('→ The package registry cannot be reached');
    expect(readdirSync(join(clone, '.runtime'))).toEqual(['setup.lock']);
    expect(existsSync(join(clone, 'node_modules'))).toBe(false);
  }, 60_000);

  test(
    'two first starts at once set up once, tell each step with its time, and both do their work',
    async () => {
      const both = await Promise.all([help(), help()]);
      expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      for (const { stdout } of both) expect(stdout).toContain('npm run doctor');
      const steps = both.flatMap(({ stderr }) => stderr.split('\n').filter((line) => line.startsWith('✓')));
      expect(steps).toEqual([
        expect.stringMatching(/^✓ runtime Node 24\.\d+\.\d+ \(\d+\.\d s\)$/),
        expect.stringMatching(/^✓ packages for production \(\d+\.\d s\)$/),
      ]);
      expect(both.some(({ stderr }) => /loading about \d+ MB/.test(stderr))).toBe(true);
    },
    installTimeoutMs,
  );

  test('the second start says nothing of set-up and is quick', async () => {
    const { exitCode, stderr, ms } = await help(offline);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(ms).toBeLessThan(3000);
  });

  test(
    'npm start -- --once ends with the first heartbeat, an example report and the page, and says where they are',
    async () => {
      const started = await runProgram('npm', ['start', '--silent', '--', '--once'], { cwd: clone, env: { PATH } });
      expect(started.exitCode, started.stderr).toBe(0);
      expect(started.stdout + started.stderr).toMatch(/✓ first heartbeat and page \(\d+\.\d s\)/);
      const page = /The page: (.+)$/m.exec(started.stdout + started.stderr)?.[1] ?? '';
      expect(readFileSync(page, 'utf8')).toContain('</html>');
      const report = /npm run reports -- show (\S+)$/m.exec(started.stdout)?.[1] ?? '';
      const shown = await runProgram('npm', ['run', 'reports', '--silent', '--', 'show', report], {
        cwd: clone,
        env: { PATH },
      });
      expect(shown.stdout).toMatch(/^Example: Trend report of marketing/);
      expect(readFileSync(page, 'utf8')).toContain('Trend report of marketing');
    },
    installTimeoutMs,
  );

  test('npm, with all that it tells its scripts, finds the same', async () => {
    const env = { PATH, npm_config_prefix: '/nonexistent', npm_config_omit: 'optional' };
    const { exitCode, stdout } = await runProgram('npm', ['run', 'help', '--silent'], { cwd: clone, env });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('npm run job:heartbeat');
  });

  test('a new lock that cannot be loaded leaves the packages that were there', async () => {
    const stamp = join(clone, 'node_modules', '.omega-install');
    const before = readFileSync(stamp, 'utf8');
    appendFileSync(join(clone, 'package-lock.json'), '\n');
    const { exitCode, stderr } = await help(offline);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Nothing was changed.');
    expect(readFileSync(stamp, 'utf8')).toBe(before);
    expect(existsSync(join(clone, 'node_modules', 'zod', 'package.json'))).toBe(true);
  }, 60_000);
});
