import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '#holding/memory/journal/journal.ts';
import { openShelf } from '#holding/memory/shelf/shelf.ts';
import { root } from '#lib/paths.ts';
import { temporaryFolder } from '../../support/health.ts';
import { contentOf, idOf } from '../../support/journal.ts';

const kills = 26;
const atOnce = 2;
const program = join(root, 'test/support/services/remember-forever.ts');

let folder: ReturnType<typeof temporaryFolder>;
let ledger: string;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  ledger = join(folder.path, 'ledger.sqlite');
  file = join(folder.path, 'memory.sqlite');
});

afterEach(() => folder[Symbol.dispose]());

/** Whether it stands in any of the files. */
function isOnDisk(text: string): boolean {
  const files = [ledger, file].flatMap((path) => ['', '-wal', '-shm'].map((end) => path + end));
  return files.some((path) => existsSync(path) && readFileSync(path).includes(text));
}

/** Lets a process remember until it has said so many things, kills it with -9, and returns all that it said. */
async function rememberUntilKilled(name: string, after: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [program, ledger, file, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (said.length === after) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return said;
}

test('nothing that was acknowledged is lost or comes back, however often writers are killed with -9', async () => {
  const said: string[] = [];
  for (let round = 0; round < kills / atOnce; round++) {
    const names = Array.from({ length: atOnce }, (_, index) => `writer${round}x${index}`);
    const rounds = await Promise.all(
      names.map((name, index) => rememberUntilKilled(name, 1 + ((7 * round + 5 * index) % 23))),
    );
    said.push(...rounds.flat());
  }
  using journal = openJournal(ledger);
  expect(journal.verify()).toMatchObject({ ok: true });
  using shelf = openShelf(file);
  shelf.alone(() => shelf.apply(journal.after(shelf.seq())));
  using replayed = openShelf(null);
  replayed.apply(journal.after(0));
  expect(contentOf(shelf)).toEqual(contentOf(replayed));

  const forgotten = new Set(said.filter((line) => line.startsWith('-')).map((line) => line.slice(1)));
  const remembered = said.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
  expect(remembered.length).toBeGreaterThan(kills);
  expect(remembered.filter((text) => shelf.get(idOf(text)) === null && !shelf.isForgotten(idOf(text)))).toEqual([]);
  expect([...forgotten].filter((text) => !shelf.isForgotten(idOf(text)))).toEqual([]);
  expect(forgotten.size).toBeGreaterThan(5);

  const beginnings = [...forgotten].map((text) => text.split(' ').slice(0, 3).join(' '));
  expect(beginnings.filter((text) => isOnDisk(`${text} `))).toEqual([]);
});
