import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { temporaryFolder } from '../support/health.ts';

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder[Symbol.dispose]());

/** As `npm run NAME -- …` runs it, with no terminal. */
async function run(name: string, ...args: string[]): Promise<Said> {
  const env = { PATH: process.env['PATH'], OMEGA_DATA_DIR: folder.path, NO_COLOR: '1' };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(root, 'scripts', `${name}.ts`), ...args],
      { env },
      (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
    child.stdin?.end();
  });
}

/** The same on a terminal, which `script` makes. Each answer is typed when its question has been asked. */
async function onTerminal(
  args: readonly string[],
  { editor = 'false', answers = [] }: { editor?: string; answers?: readonly (readonly [string, string])[] } = {},
): Promise<{ readonly code: number; readonly out: string }> {
  const command = [process.execPath, join(root, 'scripts/mandate.ts'), ...args].join(' ');
  const env = { PATH: process.env['PATH'], OMEGA_DATA_DIR: folder.path, NO_COLOR: '1', EDITOR: editor };
  const child = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const open = [...answers];
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    const [next] = open;
    if (next === undefined || !out.includes(next[0])) return;
    open.shift();
    child.stdin.write(`${next[1]}\n`);
  });
  const [code]: readonly unknown[] = await once(child, 'close');
  return { code: Number(code), out };
}

function change(from: string, to: string): void {
  const path = join(folder.path, 'units/marketing/mandate.md');
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
}

test('a mandate is shown, changed, checked and approved', async () => {
  const shown = await run('mandate', 'show');
  expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('needs no approval') });

  change('egress: []', 'egress: [news.example]');
  expect(await run('mandate', 'check')).toMatchObject({ code: 1, out: expect.stringContaining('not approved') });
  const unasked = await run('mandate', 'approve', 'marketing');
  expect(unasked).toMatchObject({
    code: 2,
    out: expect.stringContaining('+ reaches news.example'),
    err: expect.stringContaining('--yes'),
  });

  const approved = await run('mandate', 'approve', 'marketing', '--yes', '--json');
  expect(JSON.parse(approved.out)).toMatchObject({
    unit: 'marketing',
    state: 'approved',
    added: ['reaches news.example'],
    removed: [],
  });
  expect((await run('mandate', 'check')).code).toBe(0);
});

test('an approval names the day of the last one, and lists what needs approval only', async () => {
  await run('mandate', 'show');
  change('egress: []', 'egress: [news.example]');
  change('  - ai agents', '  - other things');
  const first = await run('mandate', 'approve', 'marketing', '--yes');
  expect(first.out).toContain('Marketing, against what was shipped:\n  + reaches news.example\n');
  expect(first.out).toContain('goal, topics and feeds need no approval');
  expect(first.out).not.toContain('other things');
  change('egress: [news.example]', 'egress: []');
  change('maxPerRun: 200', 'maxPerRun: 201');
  const today = new Date().toISOString().slice(0, 10);
  expect((await run('mandate', 'approve', 'marketing', '--yes')).out).toContain(`against your approval of ${today}:`);
});

test('for scripts nothing is approved without --yes, on a terminal neither', async () => {
  await run('mandate', 'show');
  change('egress: []', 'egress: [news.example]');
  const asked = { code: 2, out: expect.stringContaining('approve marketing --json --yes') };
  expect(await onTerminal(['approve', '--json'])).toMatchObject(asked);
  expect(await run('mandate', 'approve', '--json')).toMatchObject({ code: 2, out: '' });
  expect((await run('mandate', 'check')).code).toBe(1);
});

test('on a terminal the difference stands above the question, and only the unit’s name is a yes', async () => {
  await run('mandate', 'show');
  change('egress: []', 'egress: [news.example]');
  const no = await onTerminal(['approve'], { answers: [['approve it for a year: ', 'yes']] });
  expect(no).toMatchObject({
    code: 1,
    out: expect.stringMatching(/\+ reaches news\.example[^]*Type marketing[^]*Nothing was/),
  });
  const yes = await onTerminal(['approve'], { answers: [['approve it for a year: ', 'marketing']] });
  expect(yes).toMatchObject({ code: 0, out: expect.stringContaining('Approved until') });
});

test('an editor that leaves a fault is told where, and one that fails is named', async () => {
  await run('mandate', 'show');
  const faulty = await onTerminal(['edit'], { editor: String.raw`sed -i 's/egress: \[\]/egress: [nowhere]/'` });
  expect(faulty).toMatchObject({ code: 1, out: expect.stringMatching(/line \d+: egress\.0 must be a host/) });
  expect(faulty.out).toContain('npm run mandate -- edit marketing');
  expect(await onTerminal(['edit'])).toMatchObject({ code: 1, out: expect.stringContaining('false ended with 1') });
});

test('a mandate that is lost is not replaced until its owner says edit', async () => {
  await run('mandate', 'show');
  rmSync(join(folder.path, 'units/marketing'), { recursive: true });
  expect(await run('mandate', 'check')).toMatchObject({ code: 1, out: expect.stringContaining('-- edit marketing') });
  expect(await run('mandate', 'approve', '--yes')).toMatchObject({ code: 1 });
  const begun = await onTerminal(['edit'], { editor: 'true' });
  expect(begun).toMatchObject({ code: 0, out: expect.stringMatching(/was put there[^]*needs no approval/) });
});

test('a mandate with faults names each with its line, and cannot be approved', async () => {
  await run('mandate', 'show');
  change('level: auto', 'level: always');
  change('egress: []', 'egress: [nowhere]');
  const checked = await run('mandate', 'check');
  expect(checked.code).toBe(1);
  expect(checked.out.match(/line \d+: /g)).toHaveLength(2);
  expect((await run('mandate', 'approve', 'marketing', '--yes')).code).toBe(1);
});

test('wrong use says what there is', async () => {
  expect(await run('mandate', 'show', 'sales')).toMatchObject({
    code: 2,
    err: expect.stringContaining('There are: marketing'),
  });
  expect(await run('mandate', 'dance')).toMatchObject({ code: 2, err: expect.stringContaining('--help') });
  expect(await run('mandate', 'edit')).toMatchObject({ code: 2, err: expect.stringContaining('any editor') });
  expect(await run('reports', 'show', '../mandate')).toMatchObject({
    code: 2,
    err: expect.stringContaining('reports -- list'),
  });
});

test('without a report the way to the first one is said', async () => {
  expect(await run('reports')).toMatchObject({ code: 0, out: expect.stringContaining(`--input '{"demo":true}'`) });
  expect((await run('reports', 'list', '--json')).out).toBe('[]\n');
  expect((await run('reports', 'show', '--json')).out).toBe('null\n');
});
