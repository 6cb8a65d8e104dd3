import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { makeKeyPair, publicKeyText } from '#holding/report/envelope.ts';
import { root } from '#lib/paths.ts';
import { runProgram, temporaryFolder } from '../support/outsider.ts';

const up = '\u001B[A';
const enter = '\r';
const ctrlC = '\u0003';

/** The questions in their order, by what each shows, with what is typed there. */
type Typed = readonly (readonly [shown: string, keys: string])[];

/** Runs it on a terminal, which `script` makes; each answer is typed once its question has been asked. */
async function setUp(
  file: string,
  typed: Typed,
  locale: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly out: string }> {
  const command = `stty cols 120 rows 40; exec ${process.execPath} ${join(root, 'scripts/setup.ts')} --file '${file}'`;
  const env = { PATH: process.env['PATH'], TERM: 'xterm', NO_COLOR: '1', ...locale };
  const child = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const open = [...typed];
  let out = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    const [next] = open;
    const place = next === undefined ? -1 : out.indexOf(next[0], seen);
    if (next === undefined || place === -1) return;
    open.shift();
    seen = place + next[0].length;
    child.stdin.write(next[1]);
  });
  const [code]: readonly unknown[] = await once(child, 'close');
  return { code: Number(code), out };
}

function fileOf(): string {
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return join(folder.path, 'dotenv');
}

const skipped: Typed = [
  ['1/6', enter],
  ['2/6', enter],
  ['3/6', enter],
  ['4/6', enter],
  ['5/6', enter],
  ['hears each minute', enter],
  ['6/6', enter],
];

test('what is answered is written beside its example, for the owner alone, and a wrong answer is asked again', async () => {
  const file = fileOf();
  const key = publicKeyText(makeKeyPair().publicKey);
  const { code, out } = await setUp(file, [
    ['1/6', `${up}${enter}`],
    ['2/6', enter],
    ['3/6', `a-brave-key${enter}`],
    ['4/6', `nonsense${enter}`],
    ['E_KEY_CHECKSUM', `${'\u007F'.repeat(8)}${key}${enter}`],
    ['5/6', `22:00-06:00${enter}`],
    ['hears each minute', enter],
    ['6/6', enter],
  ]);
  expect(code).toBe(0);
  expect(out).not.toContain('a-brave-key');
  const text = readFileSync(file, 'utf8');
  expect(parseEnv(text)).toEqual({
    OMEGA_LANGUAGE: 'nl',
    BRAVE_API_KEY: 'a-brave-key',
    OMEGA_REPORT_ENCRYPTION_KEY: key,
    OMEGA_QUIET_HOURS: '22:00-06:00',
  });
  expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual(
    readFileSync(join(root, '.env.example'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('#')),
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
}, 30_000);

test('whoever skips everything changes nothing but the language that they confirm', async () => {
  const file = fileOf();
  writeFileSync(file, '# mine\nOMEGA_LANGUAGE=en\nOMEGA_QUIET_HOURS=23:00-07:00\n');
  expect(await setUp(file, skipped)).toMatchObject({ code: 0, out: expect.stringContaining('Nothing was changed') });
  expect(readFileSync(file, 'utf8')).toBe('# mine\nOMEGA_LANGUAGE=en\nOMEGA_QUIET_HOURS=23:00-07:00\n');
}, 30_000);

test('on a machine that speaks Dutch, Enter keeps it Dutch', async () => {
  const file = fileOf();
  expect(await setUp(file, skipped, { LANG: 'nl_NL.UTF-8' })).toMatchObject({ code: 0 });
  expect(parseEnv(readFileSync(file, 'utf8'))).toEqual({ OMEGA_LANGUAGE: 'nl' });
}, 30_000);

test('an answer that the next start would refuse beside what is set is asked again', async () => {
  const file = fileOf();
  const before = 'OMEGA_LANGUAGE=en\nBRAVE_API_KEY_FILE=/dev/null\n';
  writeFileSync(file, before);
  const typed: Typed = [
    ...skipped.slice(0, 2),
    ['3/6', `abc${enter}`],
    ['both set', `${'\u007F'.repeat(3)}${enter}`],
    ...skipped.slice(3),
  ];
  expect(await setUp(file, typed)).toMatchObject({ code: 0, out: expect.stringContaining('Nothing was changed') });
  expect(readFileSync(file, 'utf8')).toBe(before);
}, 30_000);

test('the token of the other bot is refused where it is asked for, without a look at Telegram', async () => {
  const file = fileOf();
  const token = `123456789:${'A'.repeat(35)}`;
  writeFileSync(file, `OMEGA_LANGUAGE=en\nZWARTEHAND_TELEGRAM_BOT_TOKEN=${token}\n`);
  const { code, out } = await setUp(file, [...skipped.slice(0, 1), ['2/6', `${token}${enter}`], ['fault', ctrlC]]);
  expect(code).not.toBe(0);
  expect(out).not.toContain(token);
  expect(out).not.toContain('Asking Telegram');
}, 30_000);

test('where .env is a link, the file behind it is written and the link stays', async () => {
  const [file, link] = [fileOf(), fileOf()];
  writeFileSync(file, 'OMEGA_LANGUAGE=en\n');
  symlinkSync(file, link);
  await setUp(link, [...skipped.slice(0, 4), ['5/6', `22:00-06:00${enter}`], ...skipped.slice(5)]);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(parseEnv(readFileSync(file, 'utf8'))).toMatchObject({ OMEGA_QUIET_HOURS: '22:00-06:00' });
}, 30_000);

test('whoever leaves in between has changed nothing', async () => {
  const file = fileOf();
  const { code } = await setUp(file, [...skipped.slice(0, 2), ['3/6', `a-key${enter}`], ['4/6', ctrlC]]);
  expect(code).not.toBe(0);
  expect(existsSync(file)).toBe(false);
}, 30_000);

test('without a terminal it says what to do instead', async () => {
  const { exitCode, stderr } = await runProgram(process.execPath, [join(root, 'scripts', 'setup.ts')], { env: {} });
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('.env.example') });
});
