import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { runProgram, temporaryFolder, type Ended } from '../support/outsider.ts';

const script = join(root, 'scripts', 'memory.ts');

interface Place extends Disposable {
  readonly path: string;
  readonly data: string;
  /** The command as its owner runs it while Omega is stopped. */
  readonly memory: (...args: readonly string[]) => Promise<Ended>;
  readonly facts: (...args: readonly string[]) => Promise<Record<string, unknown>>;
}

function openPlace(): Place {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const memory = (...args: readonly string[]): Promise<Ended> =>
    runProgram(process.execPath, [script, ...args], { env: { OMEGA_DATA_DIR: data } });
  const facts = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await memory(...args, '--json')).stdout) as Record<string, unknown>;
  return { path: folder.path, data, memory, facts, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test('an empty memory says how to begin', async () => {
  using place = openPlace();
  expect(await place.facts('recall', 'tea')).toMatchObject({ degraded: null, hits: [] });
  for (const verb of [['stats'], ['recall', 'tea']]) {
    const { exitCode, stdout } = await place.memory(...verb);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Nothing is remembered yet.');
    expect(stdout).toContain('npm run memory -- remember');
  }
});

test('what was remembered is recalled by its words while Omega is stopped, and that is said', async () => {
  using place = openPlace();
  const kept = await place.memory(
    'remember',
    'The tea shop closes on Mondays',
    '--kind',
    'fact',
    '--unit',
    'marketing',
  );
  expect(kept).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^✓ Remembered, as [\da-f]{8}\.\n$/) });
  const { exitCode, stdout, stderr } = await place.memory('recall', 'when', 'is', 'the', 'tea', 'shop', 'closed?');
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^! .*words/);
  expect(stdout).toMatch(
    /1\. [▮▯]{5} \d\.\d\d {2}fact · marketing · \d{4}-\d\d-\d\d · [\da-f]{8}\n {3}The tea shop closes on Mondays\n/,
  );
  expect(await place.facts('recall', 'tea', 'shop')).toMatchObject({
    degraded: expect.any(String),
    hits: [{ record: { trust: 'owner', unit: 'marketing' } }],
  });
});

test('nothing of a text steers the terminal, nor that of a receipt', async () => {
  using place = openPlace();
  const refused = await place.memory('remember', 'a\u001b[2Jb', '--kind', 'fact');
  expect(refused.exitCode).toBe(2);
  expect(refused.stdout + refused.stderr).not.toContain('\u001b');
});

test('standard input is remembered too, and a double is told as one', async () => {
  using place = openPlace();
  const remembering = async (): Promise<string> => {
    const child = spawn(process.execPath, [script, 'remember', '-', '--kind', 'decision'], {
      env: { ...process.env, OMEGA_DATA_DIR: place.data },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdin.end('We sell no coffee\n');
    const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
    return said;
  };
  expect(await remembering()).toMatch(/^✓ Remembered/);
  expect(await remembering()).toMatch(/^✓ Counted with [\da-f]{8}: it was remembered before\./);
});

test('wrong use ends with 2 and says what to write', async () => {
  using place = openPlace();
  const wrong = [
    ['remember', 'tea'],
    ['remember', '--kind', 'fact'],
    ['remember', 'tea', '--kind', 'guess'],
    ['remember', 'tea', '--kind', 'fact', '--unit', 'sales'],
    ['remember', 'tea', '--kind', 'fact', '--importance', '11'],
    ['recall'],
    ['recall', 'tea', '--limit', '0'],
    ['forget', 'abcdef12'],
    ['forget', 'abcdef12', '--why', 'test', '--yes'],
    ['import'],
    ['import', '/nonexistent/file'],
    ['import', '/tmp'],
    ['export', '/nonexistent/file'],
    ['export', '/tmp'],
    ['stats', 'tea'],
    ['verify', 'tea'],
    ['release', 'abcdef12'],
    ['release', 'abcdef12', '--why', 'test'],
    ['eval'],
    ['dream'],
  ];
  for (const args of wrong) {
    const { exitCode, stderr } = await place.memory(...args);
    expect({ args, exitCode, said: stderr.startsWith('✗ ') }).toEqual({ args, exitCode: 2, said: true });
  }
});

test('what is forgotten is asked about, and never comes back', async () => {
  using place = openPlace();
  const { id } = await place.facts('remember', 'The safe opens with 4711', '--kind', 'fact');
  const beginning = String(id).slice(0, 8);
  const unasked = await place.memory('forget', beginning, '--why', 'told by mistake');
  expect(unasked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
  const done = await place.memory('forget', beginning, '--why', 'told by mistake', '--yes');
  expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('✓ It is forgotten') });
  expect((await place.memory('recall', 'the', 'safe')).stdout).not.toContain('4711');
  const again = await place.memory('remember', 'The safe opens with 4711', '--kind', 'fact');
  expect(again).toMatchObject({ exitCode: 1, stdout: '✗ Not kept: it was forgotten once.\n' });
});

test('an export goes to a file of its owner’s alone, and gives the same memory elsewhere', async () => {
  using here = openPlace();
  using there = openPlace();
  await here.memory('remember', 'The tea shop closes on Mondays', '--kind', 'fact');
  await here.memory('remember', 'De theewinkel is op dinsdag open', '--kind', 'fact');
  const file = join(here.path, 'memory.jsonl');
  expect((await here.memory('export', file)).stdout).toContain('readable by you alone');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await there.memory('import', file)).stdout).toBe('✓ 2 taken in, 0 known already, 0 to stay forgotten.\n');
  expect((await there.memory('import', file)).stdout).toBe('✓ 0 taken in, 2 known already, 0 to stay forgotten.\n');
  expect((await there.memory('export')).stdout).toBe(readFileSync(file, 'utf8'));
});

test('an import of what was forgotten there needs a word where that is here', async () => {
  using here = openPlace();
  using there = openPlace();
  const { id } = await here.facts('remember', 'The safe opens with 4711', '--kind', 'fact');
  await there.memory('remember', 'The safe opens with 4711', '--kind', 'fact');
  const twice = await here.facts('forget', String(id), String(id), '--why', 'a test', '--yes');
  expect(twice).toEqual({ forgotten: [id] });
  const file = join(here.path, 'memory.jsonl');
  writeFileSync(file, `\uFEFF${(await here.memory('export')).stdout.replaceAll('\n', '\r\n')}`);
  expect(await there.memory('import', file)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
  expect((await there.memory('recall', 'safe')).stdout).toContain('4711');
  expect((await there.memory('import', file, '--yes')).stdout).toContain(
    '1 to stay forgotten (1 of them erased here now)',
  );
});

test('a line without end is refused, and nothing is taken', async () => {
  using place = openPlace();
  const file = join(place.path, 'long.jsonl');
  writeFileSync(file, 'x'.repeat(3_000_000));
  const { exitCode, stderr } = await place.memory('import', file);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('line 1 is longer') });
});

test('what was let out of quarantine is recalled', async () => {
  using place = openPlace();
  const { facts, memory } = place;
  const { id } = await facts('remember', 'The tea shop closes on Mondays', '--kind', 'fact');
  const file = join(place.path, 'memory.jsonl');
  const held = (await memory('export')).stdout.replace(
    '"status":"active","supersededBy":null,"supersedes":[],"suspicion":null',
    '"status":"quarantined","supersededBy":null,"supersedes":[],"suspicion":"a test"',
  );
  writeFileSync(file, held);
  using other = openPlace();
  await other.memory('import', file);
  expect((await other.memory('release', String(id).slice(0, 8), '--why', 'a test')).stdout).toContain('✓ 1 record out');
  expect((await other.memory('recall', 'tea', 'shop')).stdout).toContain('closes on Mondays');
});

test('a file that is no export is refused, and nothing is taken', async () => {
  using place = openPlace();
  const file = join(place.path, 'other.jsonl');
  writeFileSync(file, 'no export\n');
  expect(await place.memory('import', file)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('✗ ') });
  expect((await place.memory('stats')).stdout).toContain('Nothing is remembered yet');
});

test('rebuild makes the words anew, and says that vectors wait for Omega to run', async () => {
  using place = openPlace();
  await place.memory('remember', 'The tea shop closes on Mondays', '--kind', 'fact');
  const { exitCode, stdout } = await place.memory('rebuild');
  expect({ exitCode, stdout }).toMatchObject({
    exitCode: 75,
    stdout: expect.stringContaining('1 record to come into the index of vectors'),
  });
  expect((await place.memory('recall', 'tea')).stdout).toContain('closes on Mondays');
});

test('verify is well with a whole memory, and says what it could not ask', async () => {
  using place = openPlace();
  await place.memory('remember', 'The tea shop closes on Mondays', '--kind', 'fact');
  const { exitCode, stdout } = await place.memory('verify');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('✓ 1 record: journal, texts and the index of words agree.');
  expect(stdout).toContain('could not be asked');
});

test('stats counts by unit and kind', async () => {
  using place = openPlace();
  await place.memory('remember', 'The tea shop closes on Mondays', '--kind', 'fact', '--unit', 'marketing');
  const { stdout } = await place.memory();
  expect(stdout).toMatch(/unit +fact +all/);
  expect(stdout).toMatch(/marketing +1 +1/);
  expect(await place.facts('stats')).toMatchObject({ byStatus: { active: 1 }, growth: { week: 1 } });
});
