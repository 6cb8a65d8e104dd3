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

/** A copy of the installed library; one that was stripped before is made to look as large as one with its symbols. */
function largeLibrary(): string {
  const library = join(folder, 'chroma.node');
  copyFileSync(findChroma()?.library ?? '', library);
  if (statSync(library).size < 200e6) truncateSync(library, 200e6);
  return library;
}

test('the server that the package brings for this system is found, with its version', () => {
  expect(findChroma()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
});

test.each(['linux-riscv64', 'freebsd-x64', 'win32-x64'])('for %s there is none, and that is no fault', (system) => {
  expect(findChroma(system)).toBeNull();
});

test.skipIf(!hasStrip)('its library is stripped once, runs, and nothing else is left', async () => {
  const library = largeLibrary();
  const steps: string[] = [];
  const tell = (step: string): void => void steps.push(step);
  await stripChroma({ library, tell, signal });
  await stripChroma({ library, tell, signal });
  expect(steps).toEqual([expect.stringMatching(/^Chroma without debugging symbols: \d+ MB instead of \d+$/)]);
  expect(statSync(library).size).toBeLessThan(100e6);
  expect(readdirSync(folder)).toEqual(['chroma.node']);
});

test.skipIf(!hasStrip)('what cannot be stripped is left as it is, without a word', async () => {
  const library = join(folder, 'chroma.node');
  writeFileSync(library, 'no library at all');
  truncateSync(library, 200e6);
  const steps: string[] = [];
  await stripChroma({ library, tell: (step) => steps.push(step), signal });
  expect(steps).toEqual([]);
  expect(readFileSync(library).subarray(0, 17).toString()).toBe('no library at all');
  expect(readdirSync(folder)).toEqual(['chroma.node']);
});
