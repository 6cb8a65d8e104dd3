import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '#lib/paths.ts';

let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'omega-url-'));
});

afterEach(() => rmSync(data, { recursive: true, force: true }));

function health(...words: string[]) {
  return spawnSync(process.execPath, [join(root, 'scripts', 'health.ts'), 'url', ...words], {
    encoding: 'utf8',
    env: { OMEGA_DATA_DIR: data },
  });
}

test('the address of a push check is shown with how to call it, and is the same again', () => {
  writeFileSync(join(data, 'checks.yaml'), 'checks: [{ id: backup, kind: push, every: 1d }]\n');
  const { status, stdout } = health('backup');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:8501\/push\/[\w-]{43}\n {2}curl /);
  const { url } = JSON.parse(health('backup', '--json').stdout);
  expect(stdout.startsWith(`${url}\n`)).toBe(true);
});

test('of another check, or without any, it says what there is', () => {
  expect(health('web')).toMatchObject({ status: 2, stderr: expect.stringContaining('There is none yet') });
  writeFileSync(join(data, 'checks.yaml'), 'checks: [{ id: backup, kind: push }, { id: web, kind: http }]\n');
  expect(health('web')).toMatchObject({ status: 2, stderr: expect.stringContaining('There are: backup.') });
});
