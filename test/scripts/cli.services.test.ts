import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import manifest from '../../package.json' with { type: 'json' };
import { cloneInto, runProgram, temporaryFolder, type Ended } from '../support/outsider.ts';

/** Each npm script as it is typed, and the arguments that its `sh scripts/node` hands to Node. */
const commands = Object.entries(manifest.scripts).map(([name, line]) => ({
  typed: ['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`,
  args: line.split(' ').filter((word) => !['sh', 'scripts/node', '--dev'].includes(word)),
}));

function command(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = root): Promise<Ended> {
  const [script = '', ...rest] = args;
  return runProgram(process.execPath, [join(cwd, script), ...rest], { cwd, env });
}

test.concurrent.for(commands)('$typed explains itself with --help, and ends with 0', async ({ typed, args }) => {
  const { exitCode, stdout, stderr } = await command([...args, '--help']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^${typed}: \\S.+\\n`));
});

test.concurrent.for(commands)(
  '$typed refuses an option that it does not know in one line, with 2',
  async ({ typed, args }) => {
    const { exitCode, stdout, stderr } = await command([...args, '--nonsense']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(`✗ Unknown option '--nonsense'.\n  → ${typed} -- --help shows what it takes.\n`);
  },
);

test.concurrent.for([
  'job.ts canary',
  'jobs.ts list',
  'jobs.ts dead',
  'jobs.ts redrive --all',
  'jobs.ts pause',
  'worker.ts',
  'board.ts',
])('%s ends with 75 and says what to do where Omega was never started', async (line) => {
  using folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const { exitCode, stderr } = await command([`scripts/${line.split(' ')[0]}`, ...line.split(' ').slice(1)], {
    OMEGA_DATA_DIR: data,
  });
  expect(stderr).toMatch(/^✗ .*never been started here|^✗ .*does not run here now/);
  expect(stderr).toContain('→ Start Omega with npm start');
  expect(exitCode).toBe(75);
  expect(existsSync(data)).toBe(false);
});

const faulty = {
  OMEGA_TIMEZONE: 'Mars/Base',
  REDIS_URL: 'http://nowhere',
  OMEGA_EDGE_HOST: '0.0.0.0',
  OMEGA_EDGE_PORT: '70000',
  OMEGA_BOARD_TOKEN: 'too-short',
};

test('a .env with five faults: each command names all five, shows no secret, ends with 2 and writes nothing', async () => {
  using folder = temporaryFolder();
  const clone = cloneInto(folder.path);
  const data = join(folder.path, 'data');
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  const lines = Object.entries({ OMEGA_DATA_DIR: data, ...faulty }).map(([name, value]) => `${name}="${value}"`);
  writeFileSync(join(clone, '.env'), lines.join('\n'));
  for (const line of ['start', 'start --once', 'board', 'drill', 'worker', 'jobs list', 'job canary']) {
    const [name, ...rest] = line.split(' ');
    const { exitCode, stdout, stderr } = await command([`scripts/${name}.ts`, ...rest], {}, clone);
    expect({ line, exitCode, stdout }).toEqual({ line, exitCode: 2, stdout: '' });
    expect(stderr).toContain('✗ The configuration has 5 faults:');
    for (const fault of Object.keys(faulty)) expect(stderr).toContain(`\n  - ${fault} `);
    expect(stderr).not.toContain(faulty.OMEGA_BOARD_TOKEN);
  }
  // What looks at an Omega that runs, or ends it, needs no more than the data folder; it tells the faults and goes on.
  for (const line of ['status', 'stop', 'logs']) {
    const { exitCode, stderr } = await command([`scripts/${line}.ts`], {}, clone);
    expect({ line, isWrongUse: exitCode === 2 && line !== 'logs' }).toEqual({ line, isWrongUse: false });
    expect(stderr).toContain('! The configuration has 5 faults:');
  }
  expect(existsSync(data)).toBe(false);
  expect(existsSync(join(clone, 'data'))).toBe(false);
}, 120_000);
