import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createLog, silentLog } from '#lib/log.ts';
import { openMcpStore, type McpStore } from '#mcp/store.ts';
import { noon, temporaryFolder } from '../support/health.ts';

function open(folder: string): McpStore {
  return openMcpStore(join(folder, 'mcp', 'state.sqlite'), { now: noon, log: silentLog });
}

test('of a server that was never seen nothing is claimed', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  expect(store.get('one')).toMatchObject({
    state: 'cold',
    reachable: { value: null },
    usable: { value: null },
    tools: null,
  });
});

test('what is remembered is there after a restart, and for another process at once', () => {
  using folder = temporaryFolder();
  using one = open(folder.path);
  using other = open(folder.path);
  expect(other.get('x').protocol).toBeNull();
  one.update('x', { protocol: '2025-11-25' });
  expect(other.get('x').protocol).toBe('2025-11-25');
  other.update('x', { notes: ['seen'] });
  expect(one.get('x')).toMatchObject({ protocol: '2025-11-25', notes: ['seen'] });
  using next = open(folder.path);
  expect(next.get('x')).toEqual(one.get('x'));
});

test('a record of another form begins anew', () => {
  using folder = temporaryFolder();
  open(folder.path)[Symbol.dispose]();
  using db = new DatabaseSync(join(folder.path, 'mcp', 'state.sqlite'));
  db.exec(`INSERT INTO server VALUES ('x', '{"state":"dancing"}'), ('y', 'no json')`);
  using store = open(folder.path);
  expect(store.get('x')).toMatchObject({ state: 'cold', since: noon });
  expect(store.get('y')).toMatchObject({ state: 'cold' });
});

test('tools are known for the configuration under which they were seen', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  const entries = [{ name: 'x.a', title: null, description: 'd', inputSchema: { type: 'object' } }];
  store.keepEntries('x', 'f1', entries);
  expect(store.entries('x', 'f1')).toEqual(entries);
  expect(store.entries('x', 'f2')).toBeNull();
});

test('processes are known by their owner until they are struck off', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  const server = { pid: 7, startTicks: '99', run: 'r1' };
  store.spawned('1:2', server);
  expect(store.processes()).toEqual([{ owner: '1:2', server }]);
  store.ended('r1');
  expect(store.processes()).toEqual([]);
});

test('a damaged file is set aside, said, and begun anew', () => {
  using folder = temporaryFolder();
  open(folder.path)[Symbol.dispose]();
  const path = join(folder.path, 'mcp', 'state.sqlite');
  writeFileSync(path, 'no database at all, and long enough to be looked at as one');
  const lines: string[] = [];
  using store = openMcpStore(path, { now: noon, log: createLog({ name: 'test', write: (line) => lines.push(line) }) });
  expect(store.get('x').state).toBe('cold');
  expect(lines.join('')).toContain('begun anew');
  expect(readdirSync(join(folder.path, 'mcp')).some((name) => name.startsWith('state.sqlite.broken-'))).toBe(true);
});

test('only its owner can read it', () => {
  using folder = temporaryFolder();
  open(folder.path)[Symbol.dispose]();
  expect(statSync(join(folder.path, 'mcp', 'state.sqlite')).mode & 0o777).toBe(0o600);
});

test('what cannot be written is known all the same, said once, and written in the end', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'mcp', 'state.sqlite');
  const lines: string[] = [];
  const store = openMcpStore(path, { now: noon, log: createLog({ name: 'test', write: (line) => lines.push(line) }) });
  {
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    store.update('x', { protocol: 'p' });
    store.update('x', { notes: ['n'] });
    store.spawned('1:2', { pid: 7, startTicks: '99', run: 'r1' });
    store.keepEntries('x', 'f', []);
    store.rate('x', []).pause(noon + 1000);
    expect(store.get('x')).toMatchObject({ protocol: 'p', notes: ['n'] });
    expect(lines).toHaveLength(1);
  }
  store[Symbol.dispose]();
  using next = open(folder.path);
  expect(next.get('x')).toMatchObject({ protocol: 'p', notes: ['n'] });
  expect(next.processes()).toHaveLength(1);
  expect(next.entries('x', 'f')).toEqual([]);
  expect(next.rate('x', []).look(noon).ok).toBe(false);
});
