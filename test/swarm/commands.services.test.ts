import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
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
