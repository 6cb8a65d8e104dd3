import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findChroma } from '#ops/chroma-binary.ts';
import { stripChroma } from '#ops/chroma-strip.ts';
import { firstOnPath } from '#ops/redis-binary.ts';

const hasStrip = (await firstOnPath(['strip'])) !== null;
const { signal } = new AbortController();
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'omega-strip-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A copy of the installed binding; one that was stripped before is made to look as large as one with its symbols. */
function largeBinding(): string {
  const binding = join(folder, 'chroma.node');
  copyFileSync(findChroma()?.binding ?? '', binding);
  if (statSync(binding).size < 200e6) truncateSync(binding, 200e6);
  return binding;
}

test('the server that the package brings for this system is found, with its version', () => {
  expect(findChroma()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
});

test.each(['linux-riscv64', 'freebsd-x64', 'win32-x64'])('for %s there is none, and that is no fault', (system) => {
  expect(findChroma(system)).toBeNull();
});

test.skipIf(!hasStrip)('its binding is stripped once, runs, and nothing else is left', async () => {
  const binding = largeBinding();
  const steps: string[] = [];
  const tell = (step: string): void => void steps.push(step);
  await stripChroma({ binding, tell, signal });
  await stripChroma({ binding, tell, signal });
  expect(steps).toEqual([expect.stringMatching(/^Chroma without debugging symbols: \d+ MB instead of \d+$/)]);
  expect(statSync(binding).size).toBeLessThan(100e6);
  expect(readdirSync(folder)).toEqual(['chroma.node']);
});

test.skipIf(!hasStrip)('what cannot be stripped is left as it is, without a word', async () => {
  const binding = join(folder, 'chroma.node');
  writeFileSync(binding, 'no binding at all');
  truncateSync(binding, 200e6);
  const steps: string[] = [];
  await stripChroma({ binding, tell: (step) => steps.push(step), signal });
  expect(steps).toEqual([]);
  expect(readFileSync(binding).subarray(0, 17).toString()).toBe('no binding at all');
  expect(readdirSync(folder)).toEqual(['chroma.node']);
});
