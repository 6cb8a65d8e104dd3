import { existsSync, renameSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { codeOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { openSqlite } from '#lib/sqlite.ts';
import { keepBooks, type Bookkeeping } from './bookkeeping.ts';
import type { SpawnedServer } from './connect.ts';
import { serverStates } from './hub.ts';
import { openRate, rateTables, type Limit, type Rate } from './rate.ts';
import { toolErrorKinds } from './tool-error.ts';

const Known = z.object({ value: z.boolean().nullable(), at: z.number().nullable(), why: z.string() });

/** In each language; of before there were two, in English alone. */
const Said = z.union([z.string(), z.object({ en: z.string(), nl: z.string() })]);

/** What is remembered of a server from one process to the next. */
const Remembered = z.object({
  state: z.enum(serverStates),
  since: z.number(),
  /** Who wrote the state: it is over when that process is. */
  writer: z.string(),
  pid: z.number().nullable(),
  reachable: Known,
  usable: Known,
  protocol: z.string().nullable(),
  /** The protocol's era, for a server that is reached over HTTP, and when it was found out. */
  era: z.object({ value: z.enum(['legacy', 'modern']), at: z.number() }).nullable(),
  tools: z.object({ allowed: z.number(), listed: z.number() }).nullable(),
  /** When its tools were last listed, its probe and its own warning last asked. */
  listedAt: z.number().nullable(),
  probedAt: z.number().nullable(),
  warnedAt: z.number().nullable(),
  /** Probes that failed since the last success. */
  probeFails: z.number(),
  changed: z.array(z.string()),
  /** Fingerprint of the configuration under which tools were found changed. */
  quarantined: z.string().nullable(),
  notes: z.array(z.string()),
  warning: z.object({ reason: Said, command: z.string() }).nullable(),
  lastError: z.object({ kind: z.enum(toolErrorKinds), message: z.string(), at: z.number() }).nullable(),
  /** Fingerprint of the configuration whose credentials the server refused. */
  refused: z.string().nullable(),
});
export type Remembered = z.infer<typeof Remembered>;

const ToolEntries = z.array(
  z.object({
    name: z.string(),
    title: z.string().nullable(),
    description: z.string().nullable(),
    inputSchema: z.record(z.string(), z.unknown()),
  }),
);
type ToolEntries = z.infer<typeof ToolEntries>;

/**
 * `mcp/state.sqlite`: what is known of each server, what was sent, which processes run. Several processes may use it.
 * Only counting a call throws where nothing can be written; all else is then kept in memory.
 */
export interface McpStore extends Disposable {
  /** As it stands, also where another process wrote it. */
  readonly get: (server: string) => Remembered;
  readonly update: (server: string, change: Partial<Remembered>) => void;
  /** The catalogue's tools as they were last seen under this configuration; null: never. */
  readonly entries: (server: string, fingerprint: string) => ToolEntries | null;
  readonly keepEntries: (server: string, fingerprint: string, entries: ToolEntries) => void;
  readonly rate: (server: string, limits: readonly Limit[]) => Rate;
  /** Told again with its pid once that is known. */
  readonly spawned: (owner: string, server: SpawnedServer) => void;
  readonly ended: (run: string) => void;
  readonly processes: () => readonly { readonly owner: string; readonly server: SpawnedServer }[];
}

const migrations = [
  `CREATE TABLE server (name TEXT PRIMARY KEY, record TEXT NOT NULL);
   CREATE TABLE entries (name TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, entries TEXT NOT NULL);
   CREATE TABLE process (run TEXT PRIMARY KEY, pid INTEGER NOT NULL, start_ticks TEXT NOT NULL, owner TEXT NOT NULL);
   ${rateTables}`,
];

const unknown: Remembered = {
  state: 'cold',
  since: 0,
  writer: '',
  pid: null,
  reachable: { value: null, at: null, why: 'It was never started here' },
  usable: { value: null, at: null, why: 'No real call was made yet' },
  protocol: null,
  era: null,
  tools: null,
  listedAt: null,
  probedAt: null,
  warnedAt: null,
  probeFails: 0,
  changed: [],
  quarantined: null,
  notes: [],
  warning: null,
  lastError: null,
  refused: null,
};

/** Opens it; a damaged one is set aside and a new one begun, for it holds only what can be found out again. */
export function openMcpStore(path: string, { now, log }: { now: number; log: Log }): McpStore {
  const db = openWhole(path, { now, log });
  const books = keepBooks(db, log);
  const records = recordsIn(db, now, books);
  const selectEntries = db.prepare('SELECT entries FROM entries WHERE name = ? AND fingerprint = ?');
  const upsertEntries = db.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?, ?)');
  const insertProcess = db.prepare('INSERT OR REPLACE INTO process VALUES (?, ?, ?, ?)');
  const deleteProcess = db.prepare('DELETE FROM process WHERE run = ?');
  const selectProcesses = db.prepare('SELECT run, pid, start_ticks AS startTicks, owner FROM process');
  return {
    ...records,
    entries: (server, fingerprint) => {
      const text = selectEntries.get(server, fingerprint)?.['entries'];
      return typeof text === 'string' ? ToolEntries.parse(JSON.parse(text)) : null;
    },
    keepEntries: (server, fingerprint, entries) => {
      books.write(`entries ${server}`, () => upsertEntries.run(server, fingerprint, JSON.stringify(entries)));
    },
    rate: (server, limits) => {
      const rate = openRate(db, server, limits);
      return { ...rate, pause: (until) => books.write(`pause ${server}`, () => rate.pause(until)) };
    },
    spawned: (owner, { run, pid, startTicks }) =>
      books.write(`process ${run}`, () => insertProcess.run(run, pid, startTicks, owner)),
    ended: (run) => books.write(`process ${run}`, () => deleteProcess.run(run)),
    processes: () =>
      selectProcesses.all().map(({ run, pid, startTicks, owner }) => ({
        owner: String(owner),
        server: { run: String(run), pid: Number(pid), startTicks: String(startTicks) },
      })),
    [Symbol.dispose]: () => {
      if (!db.isOpen) return;
      books.close();
      db.close();
    },
  };
}

function openWhole(path: string, { now, log }: { now: number; log: Log }): DatabaseSync {
  try {
    const db = openSqlite(path, { migrations, synchronous: 'NORMAL' });
    if (db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok') return db;
    db.close();
  } catch (error) {
    if (!isDamaged(error)) throw error;
  }
  const aside = `${path}.broken-${new Date(now).toISOString().replaceAll(':', '')}`;
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  log.warn('The state of the tool servers was damaged; it is begun anew, with its counts of calls', { aside });
  return openSqlite(path, { migrations, synchronous: 'NORMAL' });
}

/** SQLite's corrupt, and no database. */
function isDamaged(error: unknown): boolean {
  if (codeOf(error) === 'EISDIR') return true;
  return error instanceof Error && 'errcode' in error && [11, 26].includes(Number(error.errcode) & 0xff);
}

/** Records are read once, and again only where another process wrote to the file. */
function recordsIn(db: DatabaseSync, now: number, books: Bookkeeping): Pick<McpStore, 'get' | 'update'> {
  const cache = new Map<string, Remembered>();
  const unwritten = new Map<string, Partial<Remembered>>();
  const version = db.prepare('PRAGMA data_version');
  const select = db.prepare('SELECT record FROM server WHERE name = ?');
  const upsert = db.prepare('INSERT OR REPLACE INTO server VALUES (?, ?)');
  let seen = version.get()?.['data_version'];
  const read = (server: string): Remembered => {
    const parsed = Remembered.safeParse(parseJson(select.get(server)?.['record']));
    const record = parsed.success ? parsed.data : { ...unknown, since: now };
    cache.set(server, record);
    return record;
  };
  const changesOf = (server: string): Partial<Remembered> =>
    books.isWaiting(recordName(server)) ? (unwritten.get(server) ?? {}) : {};
  return {
    get: (server) => {
      const current = version.get()?.['data_version'];
      if (current !== seen) cache.clear();
      seen = current;
      const written = cache.get(server) ?? read(server);
      return books.isWaiting(recordName(server)) ? { ...written, ...changesOf(server) } : written;
    },
    update: (server, change) => {
      const changes = { ...changesOf(server), ...change };
      unwritten.set(server, changes);
      books.write(recordName(server), () => {
        upsert.run(server, JSON.stringify({ ...read(server), ...changes }));
        cache.delete(server); // Whether this is committed is not known yet.
      });
    },
  };
}

/** Under which its record waits to be written. */
function recordName(server: string): string {
  return `server ${server}`;
}

/** Null where there is none, or one that an older Omega wrote in another form: then it begins anew. */
function parseJson(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
