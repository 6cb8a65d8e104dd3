import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog, type Log } from '#lib/log.ts';
import { root } from '#lib/paths.ts';
import { openShelf, type Shelf } from '#holding/memory/shelf/shelf.ts';
import { temporaryFolder } from '../../support/health.ts';
import { idOf, put, remembering } from '../../support/journal.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let told: string[];
let log: Log;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'memory.sqlite');
  told = [];
  log = createLog({ name: 'test', write: (line) => told.push(line) });
});

afterEach(() => folder[Symbol.dispose]());

function fill(shelf: Shelf, count = 300): void {
  put(shelf, ...Array.from({ length: count }, (_, n) => remembering(`record ${n} ${'words of it '.repeat(20)}`)));
}

/** Writes noise over pages, past the first, which tells how many there are. */
function damage(from = 1): void {
  using db = new DatabaseSync(path);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const pages = statSync(path).size / 4096;
  const file = openSync(path, 'r+');
  for (let page = from; page < pages; page++) writeSync(file, Buffer.alloc(4096, 0xa7), 0, 4096, page * 4096);
  closeSync(file);
}

test('it keeps what it has, for its owner alone', () => {
  {
    using shelf = openShelf(path, log);
    fill(shelf, 3);
  }
  using shelf = openShelf(path, log);
  expect([shelf.seq(), [...shelf.all()].length, statSync(path).mode & 0o777]).toEqual([3, 3, 0o600]);
  expect(told).toEqual([]);
});

test.each([
  ['no database', () => writeFileSync(path, 'no database at all'.repeat(100))],
  ['a folder', () => mkdirSync(path)],
  ['a database of something else', () => new DatabaseSync(path).exec('CREATE TABLE fact (n); PRAGMA user_version = 1')],
  ['one of a newer version', () => new DatabaseSync(path).exec('PRAGMA user_version = 99')],
])('%s in its place is begun anew, and that is said', (_what, place) => {
  place();
  using shelf = openShelf(path, log);
  fill(shelf, 2);
  expect(shelf.seq()).toBe(2);
  expect(told.join('')).toContain('begun anew');
});

test('one that other tables or other grams were made for is begun anew', () => {
  {
    using shelf = openShelf(path, log);
    fill(shelf, 2);
    using db = new DatabaseSync(path);
    db.exec(`UPDATE fact SET value = 'other' WHERE name = 'stamp'`);
  }
  using shelf = openShelf(path, log);
  expect(shelf.seq()).toBe(0);
  expect(told.join('')).toContain('Another version of Omega wrote it');
});

test('one that is damaged while it is open says so once, and goes on empty', () => {
  {
    using shelf = openShelf(path, log);
    fill(shelf);
  }
  using other = openShelf(path, log);
  damage();
  expect(() => [...other.all()]).toThrow(expect.objectContaining({ code: 'E_MEMORY_SHELF' }));
  expect([...other.all()]).toEqual([]);
  fill(other, 5);
  expect([other.seq(), [...other.all()].length]).toEqual([5, 5]);
});

test('one that is damaged in the middle of a commit has none of it', () => {
  {
    using shelf = openShelf(path, log);
    fill(shelf);
  }
  using shelf = openShelf(path, log);
  damage();
  expect(() => shelf.alone(() => put(shelf, remembering('new')))).toThrow();
  expect([shelf.seq(), shelf.get(idOf('new'))]).toEqual([0, null]);
  put(shelf, remembering('new'));
  expect(shelf.get(idOf('new'))?.text).toBe('new');
});

test('one that was deleted while it is open is begun anew by the next commit, for all who have it open', () => {
  using one = openShelf(path, log);
  using two = openShelf(path, log);
  fill(one, 3);
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  one.alone(() => put(one, remembering('after')));
  expect(one.seq()).toBe(1);
  expect(two.alone(() => two.get(idOf('after'))?.text)).toBe('after');
});

test('work that fails leaves nothing, and none goes on within another', () => {
  using shelf = openShelf(path, log);
  const failing = () => {
    put(shelf, remembering('a'));
    throw new Error('broke off');
  };
  expect(() => shelf.alone(failing)).toThrow('broke off');
  expect([shelf.seq(), shelf.get(idOf('a'))]).toEqual([0, null]);
  expect(() => shelf.alone(() => shelf.alone(() => 1))).toThrow(expect.objectContaining({ code: 'E_MEMORY_SHELF' }));
  expect(shelf.alone(() => 1)).toBe(1);
});

test('one waits while another process is alone, and reads meanwhile', async () => {
  using shelf = openShelf(path, log);
  fill(shelf, 3);
  const script = `import { openShelf } from ${JSON.stringify(join(root, 'holding/memory/shelf/shelf.ts'))};
    import { writeSync } from 'node:fs';
    const shelf = openShelf(${JSON.stringify(path)});
    shelf.alone(() => {
      writeSync(1, 'alone');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
      shelf.noteRecall({ at: 1, tookMs: 7, runId: null, ids: [] });
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect([...shelf.all()].length).toBe(3);
  expect(shelf.lastRecall()).toBeNull();
  expect(shelf.alone(() => shelf.lastRecall())).toEqual({ at: 1, tookMs: 7 });
});

test('a recall of no run is not noted rather than waited for, while another process is alone', () => {
  using shelf = openShelf(path, log);
  using other = openShelf(path, log);
  other.alone(() => shelf.noteRecall({ at: 1, tookMs: 5, runId: null, ids: [] }));
  expect(shelf.lastRecall()).toBeNull();
  shelf.noteRecall({ at: 2, tookMs: 6, runId: null, ids: [] });
  expect(shelf.lastRecall()).toEqual({ at: 2, tookMs: 6 });
});

test('while another process reads what was before, what is forgotten goes later', () => {
  using shelf = openShelf(path, log);
  put(shelf, remembering('The vault opens with 4711'));
  const isThere = () =>
    ['', '-wal'].some((end) => existsSync(path + end) && readFileSync(path + end).includes('vault opens'));
  {
    using reader = new DatabaseSync(path);
    reader.exec('BEGIN; SELECT * FROM record');
    put(shelf, { op: 'forget', id: idOf('The vault opens with 4711'), at: 2 });
    expect([isThere(), told.join('')]).toEqual([true, expect.stringContaining('it is tried again')]);
  }
  using next = openShelf(path, log);
  put(next, remembering('anything'));
  expect(isThere()).toBe(false);
});
