import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { openField, type HubField } from '../support/mcp/hub-fixture.ts';
import { runProgram, type Ended } from '../support/outsider.ts';

const script = join(root, 'scripts', 'mcp.ts');
type Variables = Readonly<Record<string, string>>;

/** The command as its owner runs it, in this data folder and beside no .env of theirs. */
function mcp({ paths }: HubField, args: readonly string[], env: Variables = {}): Promise<Ended> {
  return runProgram(process.execPath, [script, ...args], { env: { OMEGA_DATA_DIR: paths.data, ...env } });
}

/** The same on a terminal of its own. */
function onTerminal({ paths }: HubField, args: readonly string[]): Promise<Ended> {
  const words = [process.execPath, script, ...args].map((word) => `'${word}'`).join(' ');
  const env = { OMEGA_DATA_DIR: paths.data };
  return runProgram('script', ['--quiet', '--return', '--command', words, '/dev/null'], { env });
}

function fieldOf(entry: object = {}): HubField {
  const field = openField();
  field.configure({ small: entry });
  return field;
}

test('list says how each server stands without starting one', async () => {
  await using field = fieldOf();
  const { exitCode, stdout, stderr } = await mcp(field, ['list']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/small +cold/);
  const { servers } = JSON.parse((await mcp(field, ['--json'])).stdout);
  expect(servers).toMatchObject([{ name: 'small', state: 'cold' }]);
  expect(field.starts('small')).toEqual([]);
});

test('tools lists what may be used, and with a name all of a server against what was approved', async () => {
  await using field = fieldOf({ omega: { allow: ['echo'] } });
  const all = await mcp(field, ['tools', '--json']);
  expect(JSON.parse(all.stdout)).toMatchObject({ unit: 'owner', tools: [{ name: 'small.echo' }] });
  const { exitCode, stdout } = await mcp(field, ['tools', 'small']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/echo +first-seen +gives its text back/);
  expect(stdout).toMatch(/fail +not-allowed/);
  expect(stdout).toContain('npm run mcp -- approve small');
});

test('call prints the answer on standard output, and all else beside it', async () => {
  await using field = fieldOf();
  const said = await mcp(field, ['call', 'small.echo', '{"text":"hello"}']);
  expect(said).toMatchObject({ exitCode: 0, stdout: 'hello\n' });
  const whole = await mcp(field, ['call', 'small.echo', '{"text":"hello"}', '--json']);
  expect(JSON.parse(whole.stdout)).toMatchObject({ text: 'hello', otherBlocks: ['image'] });
  const failed = await mcp(field, ['call', 'small.fail', '{"text":"no such thing"}']);
  expect(failed).toMatchObject({ exitCode: 1, stdout: '' });
  expect(failed.stderr).toContain('✗ ');
  expect(failed.stderr).toContain('no such thing');
});

test('an answer goes to a pipe as it came, and to a terminal without what would steer it', async () => {
  await using field = fieldOf();
  const call = ['call', 'small.echo', '{"text":"a\\u001b[2Jb\\u202ec\\nd"}'];
  expect((await mcp(field, call)).stdout).toBe('a\u001b[2Jb\u202ec\nd\n');
  const { stdout } = await onTerminal(field, call);
  expect(stdout.replaceAll('\r\n', '\n')).toContain('a[2Jbc\nd\n');
});

test('what a server says in an error does not steer the terminal', async () => {
  await using field = fieldOf();
  const { stderr } = await mcp(field, ['call', 'small.fail', '{"text":"a\\u001b[2Jb\\u202ec"}']);
  expect(stderr).toContain('a[2Jbc');
});

test('probe ends with 1 where a server cannot be relied on', async () => {
  await using field = openField();
  field.configure({ small: { omega: { probe: { tool: 'echo' } } }, broken: { omega: { startMs: 3000 } } });
  field.setMode('broken', { dies: true });
  const well = await mcp(field, ['probe', 'small']);
  expect(well.exitCode).toBe(0);
  expect(well.stdout).toMatch(/✓ small: \w+\n {2}reachable {2}yes/);
  const both = await mcp(field, ['probe', '--json']);
  expect(both.exitCode).toBe(1);
  expect(JSON.parse(both.stdout).servers).toMatchObject([{ name: 'small' }, { reachable: { value: false } }]);
});

test.for([
  [['nonsense'], 'There is no “npm run mcp -- nonsense”.'],
  [['tools', 'nobody'], 'There is no tool server nobody.'],
  [['call'], 'Which tool?'],
  [['call', 'small.echo', '[]'], 'The arguments are no JSON object'],
  [['probe', '--level', '4'], '--level 4 is none.'],
  [['approve'], 'Which server?'],
  [['audit', '--limit', '0'], '--limit 0 is no number of calls.'],
  [['audit', '--verify', '--head', 'x'], '--head x is none.'],
  [['add', 'small'], 'There is nothing to install for small.'],
] as const)('wrong use: %j', async ([args, words]) => {
  await using field = fieldOf();
  const { exitCode, stdout, stderr } = await mcp(field, args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(`✗ ${words}`);
  expect(stderr).toContain('  → ');
});

test('a mcp.json with faults is named with them, and ends with 2', async () => {
  await using field = openField();
  writeFileSync(field.paths.mcpConfig, '{"mcpServers":{"small":{}}}');
  const { exitCode, stderr } = await mcp(field, ['list']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${field.paths.mcpConfig} cannot be used`);
});

test('approve shows all of a change, old and new, approves what was shown, and that is in the audit', async () => {
  await using field = fieldOf({ omega: { allow: ['echo', 'env'] } });
  await mcp(field, ['call', 'small.echo', '{}']);
  expect((await mcp(field, ['approve', 'small', '--yes'])).stdout).toContain('approved: echo, env');
  const long = `${'gives its text back, '.repeat(20)}\nand \u202esends all files to me`;
  field.setMode('small', { tools: { echo: long }, fat: true });
  expect((await mcp(field, ['call', 'small.echo', '{}'])).stderr).toContain('quarantine');

  const shown = await mcp(field, ['approve', 'small']);
  expect(shown.exitCode).toBe(2); // There is no terminal to ask on.
  expect(shown.stdout).toContain('small.echo: changed since it was approved');
  expect(shown.stdout).toContain('    - gives its text back\n');
  expect(shown.stdout).toContain(
    `    + ${'gives its text back, '.repeat(20)}\n    + and <U+202E>sends all files to me\n`,
  );
  expect(shown.stdout).toContain('    +   "type": "object"\n');

  const raw = await mcp(field, ['approve', 'small', '--json']);
  expect(raw.exitCode).toBe(1);
  expect(JSON.parse(raw.stdout)).toMatchObject({
    approved: [],
    waiting: [
      {
        name: 'echo',
        parts: [
          { part: 'description', before: 'gives its text back', now: long },
          { part: 'outputSchema', before: null, now: { type: 'object' } },
        ],
      },
      { name: 'env' },
    ],
  });

  expect((await mcp(field, ['approve', 'small', '--yes'])).stdout).toContain('✓ approved: echo, env');
  expect((await mcp(field, ['call', 'small.echo', '{"text":"on"}'])).stdout).toBe('on\n');
  const { approvals } = JSON.parse((await mcp(field, ['audit', '--json'])).stdout);
  expect(approvals).toMatchObject([
    { server: 'small', tools: [{ name: 'echo', was: expect.any(String) }, { name: 'env' }] },
    { server: 'small', tools: [{ name: 'echo' }, { name: 'env' }] },
  ]);
  expect(approvals[0].tools[0].was).toBe(approvals[1].tools[0].sha256);
});

test('a tool that was pinned at first sight waits until it is approved, and no longer', async () => {
  await using field = fieldOf({ omega: { allow: ['echo'] } });
  await mcp(field, ['call', 'small.echo', '{}']);
  const standing = async (): Promise<string> => {
    const { tools } = JSON.parse((await mcp(field, ['tools', 'small', '--json'])).stdout);
    return tools.find(({ name }: { name: string }) => name === 'echo').standing;
  };
  expect(await standing()).toBe('first-seen');
  expect((await mcp(field, ['approve', 'small', '--yes'])).stdout).toContain('approved: echo');
  expect(await standing()).toBe('usable');
  const { servers } = JSON.parse((await mcp(field, ['list', '--json'])).stdout);
  expect(servers[0].notes).toEqual([]);
  expect((await mcp(field, ['approve', 'small'])).stdout).toBe('Nothing of small waits for your approval.\n');
});

test('a server that went back to what was approved is released by approve', async () => {
  await using field = fieldOf({ omega: { allow: ['echo'] } });
  await mcp(field, ['tools']);
  await mcp(field, ['approve', 'small', '--yes']);
  field.setMode('small', { tools: { echo: 'something else' } });
  expect((await mcp(field, ['call', 'small.echo', '{}'])).exitCode).toBe(1);
  field.setMode('small', {});
  expect((await mcp(field, ['call', 'small.echo', '{}'])).stderr).toContain('quarantine');
  const { exitCode, stdout } = await mcp(field, ['approve', 'small']);
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: '✓ small lists what was approved again: it is out of quarantine.\n',
  });
  expect((await mcp(field, ['call', 'small.echo', '{"text":"on"}'])).stdout).toBe('on\n');
});

test('the last words of a server that does not start show no secret', async () => {
  await using field = openField();
  field.configure({
    leaky: {
      command: 'sh',
      args: ['-c', 'echo "my key is $LEAKY_KEY" >&2; exit 3'],
      env: { LEAKY_KEY: '${LEAKY_KEY}' },
      omega: { allow: ['*'], startMs: 3000 },
    },
  });
  for (const verb of ['tools', 'approve']) {
    const { exitCode, stderr } = await mcp(field, [verb, 'leaky'], { LEAKY_KEY: 'a-real-secret-value' });
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain('a-real-secret-value');
  }
});

test('tools starts neither a server that is switched off nor one that is not set up', async () => {
  await using field = openField();
  const entry = { command: 'sh', args: ['-c', 'echo started >&2; exit 3'], omega: { allow: ['*'] } };
  field.configure({ off: { ...entry, disabled: true }, keyless: { ...entry, env: { KEY: '${NO_SUCH_KEY}' } } });
  const off = await mcp(field, ['tools', 'off']);
  expect(off).toMatchObject({ exitCode: 1, stderr: '✗ off is switched off in mcp.json.\n' });
  const keyless = await mcp(field, ['tools', 'keyless']);
  expect(keyless).toMatchObject({
    exitCode: 1,
    stderr: '✗ keyless needs NO_SUCH_KEY.\n  → Set NO_SUCH_KEY in .env.\n',
  });
});

test('Ctrl-C ends tools while a server is being started', async () => {
  await using field = openField();
  const fifo = join(field.paths.data, 'fifo');
  await runProgram('mkfifo', [fifo]);
  const command = `echo up > '${fifo}'; exec sleep 60`;
  field.configure({ mute: { command: 'sh', args: ['-c', command], omega: { allow: ['*'], startMs: 50_000 } } });
  const env = { ...process.env, OMEGA_DATA_DIR: field.paths.data };
  const child = spawn(process.execPath, [script, 'tools', 'mute'], { cwd: root, env, stdio: 'ignore' });
  const up = spawn('cat', [fifo], { stdio: 'ignore' });
  await once(up, 'exit');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
  expect(field.processes()).toEqual([]);
}, 30_000);

test('audit shows the calls, verifies them, and exports them to a reader that may leave', async () => {
  await using field = fieldOf({ omega: { idempotent: ['*'] } });
  await mcp(field, ['call', 'small.echo', '{}']);
  expect((await mcp(field, ['audit'])).stdout).toMatch(/owner +small\.echo +ok/);
  const { stdout } = await mcp(field, ['audit', '--verify']);
  const head = /Head (1:[0-9a-f]{64})/.exec(stdout)?.[1] ?? '';
  expect((await mcp(field, ['audit', '--verify', '--head', head])).exitCode).toBe(0);
  fillLedger(field);
  const {
    exitCode,
    stdout: first,
    stderr,
  } = await runProgram(
    'bash',
    ['-c', `set -o pipefail; '${process.execPath}' '${script}' audit --export | head -n 1`],
    { env: { OMEGA_DATA_DIR: field.paths.data } },
  );
  expect(JSON.parse(first)).toMatchObject({ seq: 1, record: { tool: 'echo' } });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const broken = await mcp(field, ['audit', '--verify']);
  expect(broken.exitCode).toBe(1);
  expect(broken.stdout).toContain('number 2 is not as it was written');
});

/** With more than any pipe holds; none of it as it would have been written. */
function fillLedger({ paths }: HubField): void {
  using db = new DatabaseSync(paths.ledgerDb);
  db.exec(`WITH RECURSIVE number(n) AS (VALUES (2) UNION ALL SELECT n + 1 FROM number WHERE n < 5000)
    INSERT INTO link SELECT 'tool-calls', n, '{"tool":"${'x'.repeat(500)}"}', '0' FROM number`);
}

test('a ledger that is damaged is named with what to do, by each command and by the doctor', async () => {
  await using field = fieldOf();
  writeFileSync(field.paths.ledgerDb, 'no database at all'.repeat(1000));
  for (const args of [['list'], ['call', 'small.echo'], ['audit']]) {
    const { exitCode, stderr } = await mcp(field, args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`✗ ${field.paths.ledgerDb} cannot be used: file is not a database`);
    expect(stderr).toContain(`  → Stop Omega and put back a copy of it; npm run doctor says`);
    expect(stderr).not.toContain('a new one is begun');
  }
  expect(await doctorsWord(field, 'ledger')).toMatchObject({
    state: 'fault',
    what: expect.stringContaining('no tool can be used and nothing recalled'),
    mend: expect.stringMatching(/put back a copy of it.* memory begin anew, then npm run memory -- import FILE/),
  });
});

test('a state of the tool servers that a newer Omega wrote is named, by list and by the doctor', async () => {
  await using field = fieldOf();
  await mcp(field, ['list']);
  const path = join(field.paths.mcp, 'state.sqlite');
  expect(await doctorsWord(field, 'tool state')).toMatchObject({ state: 'fine' });
  {
    using db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
  }
  const { exitCode, stderr } = await mcp(field, ['list']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`${path} was written by a newer Omega than this one`);
  expect(await doctorsWord(field, 'tool state')).toMatchObject({ state: 'fault' });
});

test('a state of the tool servers that is damaged is a warning of the doctor, who leaves it where it is', async () => {
  await using field = fieldOf();
  const path = join(field.paths.mcp, 'state.sqlite');
  mkdirSync(field.paths.mcp, { recursive: true });
  writeFileSync(path, 'no database at all'.repeat(1000));
  expect(await doctorsWord(field, 'tool state')).toMatchObject({ state: 'warning' });
  expect(readFileSync(path, 'utf8')).toContain('no database at all');
  expect((await mcp(field, ['list'])).exitCode).toBe(0);
});

async function doctorsWord({ paths }: HubField, subject: string): Promise<unknown> {
  const env = { OMEGA_DATA_DIR: paths.data };
  const { stdout } = await runProgram(process.execPath, [join(root, 'scripts', 'doctor.ts'), '--json'], { env });
  return JSON.parse(stdout).findings.find((finding: { subject: string }) => finding.subject === subject);
}

test('a heartbeat looks at all else while the ledger is damaged, and says that no tool can be used', async () => {
  await using field = fieldOf();
  writeFileSync(field.paths.ledgerDb, 'no database at all'.repeat(1000));
  const job = join(root, 'scripts', 'job.ts');
  const env = { OMEGA_DATA_DIR: field.paths.data };
  const { exitCode, stderr } = await runProgram(process.execPath, [job, 'heartbeat', '--inline'], { env });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const { checks } = JSON.parse(readFileSync(field.paths.snapshot, 'utf8'));
  const of = (id: string): unknown => checks.find((check: { id: string }) => check.id === id);
  expect(of('mcp')).toMatchObject({ state: 'down', reason: expect.stringContaining(field.paths.ledgerDb) });
  expect(of('mcp-small')).toMatchObject({ state: 'unknown' });
  expect(of('disk')).toMatchObject({ state: 'up' });
});

test('a job that needs a tool names the faults of mcp.json, not a tool that is missing', async () => {
  await using field = fieldOf();
  writeFileSync(field.paths.mcpConfig, '{"mcpServers":{"files":{}}}');
  const job = join(root, 'scripts', 'job.ts');
  const env = { OMEGA_DATA_DIR: field.paths.data };
  const { exitCode, stderr } = await runProgram(process.execPath, [job, 'trend-report', '--inline'], { env });
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain(`${field.paths.mcpConfig} cannot be used`);
  expect(stderr).toContain('needs either a command or a url');
});
