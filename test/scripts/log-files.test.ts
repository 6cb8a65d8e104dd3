import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { linesSince } from '../../scripts/log-files.ts';
import { temporaryFolder } from '../support/site.ts';

const noon = Date.UTC(2026, 2, 3, 12);

/** A line as Omega's log writes it, so many seconds past noon. */
function line(seconds: number, msg: string): string {
  return JSON.stringify({ level: 'info', time: new Date(noon + seconds * 1000).toISOString(), name: 'any', msg });
}

async function read(files: Readonly<Record<string, readonly string[]>>, since = noon): Promise<[string[], object]> {
  await using folder = await temporaryFolder();
  for (const [name, lines] of Object.entries(files)) await writeFile(join(folder.path, name), `${lines.join('\n')}\n`);
  const ends = new Map<string, number>();
  const lines = await Array.fromAsync(linesSince(folder.path, { files: Object.keys(files), since, ends }));
  return [lines.map(messageOf), Object.fromEntries(ends)];
}

function messageOf(raw: string): string {
  return raw.startsWith('{') ? z.object({ msg: z.string() }).parse(JSON.parse(raw)).msg : raw;
}

test('lines of all services come in the order of their times, rotated files first', async () => {
  const [lines] = await read({
    'edge.log': [line(2, 'e2'), line(5, 'e5')],
    'worker.1.log': [line(3, 'w3')],
    'worker.10.log': [line(1, 'w1')],
    'worker.log': [line(4, 'w4')],
  });
  expect(lines).toEqual(['w1', 'e2', 'w3', 'w4', 'e5']);
});

test('only what was said since then, and where a file that grows was read to', async () => {
  const old = line(-1, 'old');
  const fresh = line(1, 'fresh');
  const [lines, ends] = await read({ 'edge.1.log': [old], 'edge.log': [old, fresh] });
  expect(lines).toEqual(['fresh']);
  expect(ends).toEqual({ 'edge.log': old.length + fresh.length + 2 });
});

test('a line without a time, or with its time elsewhere, comes with the one before it or at its time', async () => {
  const foreign = JSON.stringify({
    msg: 'foreign',
    name: 'x',
    level: 'warn',
    time: new Date(noon + 2500).toISOString(),
  });
  const [lines] = await read({
    'redis.log': ['before any', line(2, 'r2'), 'at the same moment'],
    'worker.log': [line(1, 'w1'), foreign, line(3, 'w3')],
  });
  expect(lines).toEqual(['w1', 'r2', 'at the same moment', 'foreign', 'w3']);
});

test('a character that lies across two pieces of a file is whole', async () => {
  const long = 'é'.repeat(70_000);
  const [lines] = await read({ 'edge.log': [line(1, `x${long}`), line(2, long)] });
  expect(lines).toEqual([`x${long}`, long]);
});
