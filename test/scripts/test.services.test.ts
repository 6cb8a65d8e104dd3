import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { prepareSite } from '../../scripts/prepare.ts';
import { cloneInto, runProgram, temporaryFolder, type Ended } from '../support/outsider.ts';

const folder = temporaryFolder();
const clone = cloneInto(folder.path);
symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
symlinkSync(join(root, '.runtime'), join(clone, '.runtime'));
await prepareSite({ tell: () => {}, signal: AbortSignal.timeout(60_000) });
cpSync(join(root, 'site', 'dist'), join(clone, 'site', 'dist'), { recursive: true });
afterAll(() => folder[Symbol.dispose]());

const examples = {
  green: "test('a', () => { expect(1).toBe(1); }); test.skip('b', () => {}); test.todo('c');",
  red: "test('a', () => { expect(1).toBe(2); }); test('b', () => { expect(1).toBe(1); });",
  broken: "throw new Error('cannot be loaded');",
  unhandled: "test('a', () => { void Promise.reject(new Error('nobody waits for this')); expect(1).toBe(1); });",
};

async function runExample(name: string): Promise<Ended> {
  const args = [join(clone, 'scripts', 'test.ts'), '--lane', 'unit', `example/${name}`];
  return await runProgram(process.execPath, args, { cwd: clone });
}

test.for([
  ['green', 0, '1 passed, 0 failed, 2 skipped'],
  ['red', 1, '1 passed, 1 failed, 0 skipped'],
  ['broken', 1, '0 passed, 1 failed, 0 skipped'],
  ['unhandled', 1, '1 passed, 1 failed, 0 skipped'],
] as const)('a %s file ends with exit %i and the line: %s', async ([name, exitCode, line]) => {
  mkdirSync(join(clone, 'test', 'example'), { recursive: true });
  const source = `import { expect, test } from 'vitest';\n${examples[name]}\n`;
  writeFileSync(join(clone, 'test', 'example', `${name}.test.ts`), source);
  const ended = await runExample(name);
  expect(ended.stdout.trimEnd().split('\n').at(-1)).toBe(line);
  expect(ended.exitCode).toBe(exitCode);
});

test('no test at all is no success', async () => {
  const { exitCode, stdout } = await runExample('nothing-like-it');
  expect(exitCode).toBe(1);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 passed, 0 failed, 0 skipped');
});

test('without a Chromium the browser lane is skipped in sight, and counted', async () => {
  const bin = join(folder.path, 'bin');
  mkdirSync(bin);
  for (const tool of ['sh', 'env', 'git', 'uname']) symlinkSync(`/bin/${tool}`, join(bin, tool));
  const args = [join(clone, 'scripts', 'test.ts'), '--lane', 'browser'];
  const { exitCode, stdout } = await runProgram(process.execPath, args, { cwd: clone, env: { PATH: bin } });
  expect(stdout).toContain('SKIPPED browser: no Chromium on the PATH');
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^0 passed, 0 failed, [1-9]\d* skipped$/);
  expect(exitCode).toBe(1);
});
