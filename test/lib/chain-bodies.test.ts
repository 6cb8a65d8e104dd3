import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { array, assert, boolean, integer, property, tuple } from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openChain } from '#lib/chain.ts';
import { root } from '#lib/paths.ts';
import { temporaryFolder } from '../support/health.ts';

const secret = 'The vault opens with 4711';
let folder: ReturnType<typeof temporaryFolder>;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'ledger.sqlite');
});

afterEach(() => folder[Symbol.dispose]());

/** In which of the database's files these bytes stand. */
function filesWith(text: string): string[] {
  return ['', '-wal', '-shm'].filter((end) => existsSync(path + end) && readFileSync(path + end).includes(text));
}

/** A process that holds the ledger open; with a statement, it also reads a snapshot of it until it is ended. */
async function neighbour(statement: string): Promise<AsyncDisposable> {
  const script = `import { openChain } from ${JSON.stringify(join(root, 'lib/chain.ts'))};
    import { DatabaseSync } from 'node:sqlite';
    const chain = openChain(${JSON.stringify(path)});
    const db = new DatabaseSync(${JSON.stringify(path)});
    ${statement}
    console.log('ready');
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test('a body comes back beside its record, and the chain verifies without it', () => {
  using chain = openChain(path);
  chain.append('notes', [{ n: 1 }, { n: 2 }], { bodies: [null, { name: 'a', text: secret }] });
  expect([...chain.after('notes', 0)]).toEqual([
    { seq: 1, record: { n: 1 }, body: null },
    { seq: 2, record: { n: 2 }, body: secret },
  ]);
  chain.append('notes', [{ n: 3 }], { erase: ['a'] });
  expect([...chain.after('notes', 1)].map(({ body }) => body)).toEqual([null, null]);
  expect(chain.verify('notes')).toMatchObject({ ok: true, count: 3 });
});

test('bodies of the same text are each their own, and those of the same name go together', () => {
  using chain = openChain(path);
  const bodies = ['a', 'b', 'a'].map((name) => ({ name, text: secret }));
  chain.append('notes', [1, 2, 3], { bodies });
  chain.append('other', [1], { bodies: [{ name: 'a', text: secret }] });
  chain.append('notes', [4], { erase: ['a'] });
  expect([...chain.after('notes', 0)].map(({ body }) => body)).toEqual([null, secret, null, null]);
  expect([...chain.after('other', 0)].map(({ body }) => body)).toEqual([secret]);
});

test('what is erased stands in none of the files, the log included', () => {
  using chain = openChain(path);
  chain.append('notes', [1], { bodies: [{ name: 'a', text: secret }] });
  expect(filesWith(secret)).not.toEqual([]);
  chain.append('notes', [2], { erase: ['a'] });
  expect(filesWith(secret)).toEqual([]);
});

test('nor while another process has the ledger open', async () => {
  using chain = openChain(path);
  chain.append('notes', [1], { bodies: [{ name: 'a', text: secret }] });
  await using _ = await neighbour(`chain.append('notes', [2]);`);
  chain.append('notes', [3], { erase: ['a'] });
  expect(filesWith(secret)).toEqual([]);
});

test('while another process reads what was before, it goes with the next append after that', async () => {
  using chain = openChain(path);
  chain.append('notes', [1], { bodies: [{ name: 'a', text: secret }] });
  {
    await using _ = await neighbour(`db.exec('BEGIN; SELECT * FROM body');`);
    chain.append('notes', [2], { erase: ['a'] });
    expect([...chain.after('notes', 0)].map(({ body }) => body)).toEqual([null, null]);
    expect(filesWith(secret)).not.toEqual([]);
  }
  chain.append('notes', [3]);
  expect(filesWith(secret)).toEqual([]);
});

test('where the process died before that, the next opening ends it', async () => {
  {
    await using _ =
      await neighbour(`chain.append('notes', [1], { bodies: [{ name: 'a', text: ${JSON.stringify(secret)} }] });
      db.exec("UPDATE body SET text = printf('%.*c', octet_length(text), ' ')");`);
    expect(filesWith(secret)).not.toEqual([]);
  }
  openChain(path)[Symbol.dispose]();
  expect(filesWith(secret)).toEqual([]);
});

test('of texts of any length, added and erased in any order, the erased ones are nowhere and the others unharmed', () => {
  using chain = openChain(path);
  const steps = array(tuple(integer({ min: 1, max: 9000 }), boolean()), { minLength: 1, maxLength: 12 });
  const texts = new Map<string, string>();
  const erased: string[] = [];
  assert(
    property(steps, (chosen) => {
      for (const [length, isErasing] of chosen) {
        const name = `n${texts.size + erased.length}`;
        const text = `${name}é·${'words that are said '.repeat(length / 20)}·${name}`;
        chain.append('notes', [name], { bodies: [{ name, text }] });
        texts.set(name, text);
        const [oldest] = texts.keys();
        if (!isErasing || oldest === undefined) continue;
        chain.append('notes', [{ gone: oldest }], { erase: [oldest] });
        texts.delete(oldest);
        erased.push(`${oldest}é·`, `·${oldest} `);
      }
    }),
    { numRuns: 60 },
  );
  expect(erased.length).toBeGreaterThan(50);
  expect(erased.filter((text) => filesWith(text).length > 0)).toEqual([]);
  const kept = [...chain.after('notes', 0)].flatMap(({ body }) => body ?? []);
  expect(kept).toEqual([...texts.values()]);
});

test('a ledger from before there were bodies opens, with all that it has', () => {
  {
    using db = new DatabaseSync(path);
    db.exec(`CREATE TABLE link (stream TEXT NOT NULL, seq INTEGER NOT NULL, record TEXT NOT NULL, hash TEXT NOT NULL,
      PRIMARY KEY (stream, seq)) STRICT; PRAGMA user_version = 1`);
  }
  using chain = openChain(path);
  chain.append('notes', [1], { bodies: [{ name: 'a', text: secret }] });
  expect([...chain.after('notes', 0)]).toEqual([{ seq: 1, record: 1, body: secret }]);
});

test('records that are added while they are read are read too', () => {
  using chain = openChain(path);
  chain.append(
    'notes',
    Array.from({ length: 600 }, (_, n) => n),
  );
  const read: unknown[] = [];
  for (const { seq, record } of chain.after('notes', 0)) {
    if (seq === 1) chain.append('notes', ['late']);
    read.push(record);
  }
  expect(read.at(-1)).toBe('late');
  expect(read.length).toBe(601);
});
