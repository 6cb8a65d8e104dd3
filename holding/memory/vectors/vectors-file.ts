import { rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { inMemory, openSqlite, transact } from '#lib/sqlite.ts';
import { writeAheadLog } from '#lib/write-ahead-log.ts';
import { isUnfit } from '../shelf/shelf-file.ts';

/** Vectors by space and by the hash of their text, in SQLite. Several processes may open it. */
export interface VectorsFile extends Disposable {
  /** Null: there is none that can be read. */
  readonly get: (space: string, text: string) => Float32Array | null;
  /** As far as the disk takes them: another time, the model is asked again. */
  readonly put: (space: string, vectors: readonly { readonly text: string; readonly vector: Float32Array }[]) => void;
  /** From every space. @throws SQLite's error where they are still there. */
  readonly remove: (texts: readonly string[]) => void;
  /** The hashes of all. */
  readonly texts: () => readonly string[];
  /** How many of a space have a direction. */
  readonly count: (space: string) => number;
  /** Of all vectors of a space; null: it has none. */
  readonly average: (space: string) => Float32Array | null;
  readonly describe: (space: string, description: string) => void;
  readonly description: (space: string) => string | null;
  /** Removes all spaces but these. */
  readonly prune: (spaces: readonly string[]) => void;
}

/** The sum of a space's vectors goes with each change of them: to read them all for an average takes half a second. */
const migrations = [
  `CREATE TABLE vector (space TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL,
     PRIMARY KEY (space, text)) STRICT, WITHOUT ROWID;
   CREATE TABLE total (space TEXT PRIMARY KEY, vectors INTEGER NOT NULL, sum BLOB NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE model (space TEXT PRIMARY KEY, description TEXT NOT NULL) STRICT, WITHOUT ROWID`,
];

/** Opens it, or begins it anew where it is damaged; null: in memory. @throws OmegaError where it cannot be used. */
export function openVectorsFile(path: string | null, log: Log): VectorsFile {
  let tables = openOrBegin(path, log);
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      if (path === null || !isUnfit(error)) throw error;
      tables.db.close();
      tables = beginAnew(path, log, error);
      return work();
    }
  };
  /** What is derived may be missing; that a disk is full or a file is locked is told where it stops something. */
  const orElse = <Result>(work: () => Result, otherwise: Result): Result => {
    try {
      return guarded(work);
    } catch (error) {
      log.info('The kept vectors cannot be used now, so the model is asked again', { error });
      return otherwise;
    }
  };
  return {
    get: (space, text) => orElse(() => tables.get(space, text), null),
    put: (space, vectors) => orElse(() => tables.put(space, vectors), undefined),
    remove: (texts) => guarded(() => tables.remove(texts)),
    texts: () => orElse(() => tables.texts(), []),
    count: (space) => orElse(() => tables.count(space), 0),
    average: (space) => orElse(() => tables.average(space), null),
    describe: (space, description) => orElse(() => tables.describe(space, description), undefined),
    description: (space) => orElse(() => tables.description(space), null),
    prune: (spaces) => orElse(() => tables.prune(spaces), undefined),
    [Symbol.dispose]: () => {
      if (tables.db.isOpen) tables.db.close();
    },
  };
}

function openOrBegin(path: string | null, log: Log): Tables {
  try {
    return open(path);
  } catch (error) {
    if (path === null || !isUnfit(error)) throw error;
    return beginAnew(path, log, error);
  }
}

function open(path: string | null): Tables {
  const db = openSqlite(path ?? inMemory, { migrations, synchronous: 'NORMAL' });
  try {
    db.exec('PRAGMA secure_delete = ON');
    return tablesOf(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

function beginAnew(path: string, log: Log, error: unknown): Tables {
  log.warn('The kept vectors are begun anew: the model is asked again for each', { path, why: messageOf(error) });
  for (const suffix of ['-wal', '-shm', '']) rmSync(path + suffix, { force: true, recursive: true });
  return open(path);
}

type Tables = Omit<VectorsFile, typeof Symbol.dispose> & { readonly db: DatabaseSync };

function tablesOf(db: DatabaseSync): Tables {
  const select = db.prepare('SELECT vector FROM vector WHERE space = ? AND text = ?');
  const insert = db.prepare('INSERT INTO vector VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM vector WHERE space = ? AND text = ?');
  const allTexts = db.prepare('SELECT DISTINCT text FROM vector');
  const spaces = db.prepare('SELECT space FROM total');
  const model = db.prepare('SELECT description FROM model WHERE space = ?');
  const totals = totalsOf(db);
  const drop = (space: string, text: string): void => {
    const vector = floatsIn(select.get(space, text)?.['vector'], Float32Array);
    if (remove.run(space, text).changes === 1) totals.change(space, vector, -1);
  };
  return {
    db,
    get: (space, text) => floatsIn(select.get(space, text)?.['vector'], Float32Array),
    put: (space, vectors) =>
      transact(db, () => {
        for (const { text, vector } of vectors) {
          drop(space, text);
          insert.run(space, text, bytesOf(vector));
          totals.change(space, vector, 1);
        }
      }),
    remove: (texts) => {
      transact(db, () => {
        for (const space of spaces.all().map((row) => String(row['space'])))
          for (const text of texts) drop(space, text);
      });
      writeAheadLog(db).truncate({ patient: false });
    },
    texts: () => allTexts.all().map(({ text }) => String(text)),
    count: totals.count,
    average: totals.average,
    describe: (space, description) => {
      if (model.get(space)?.['description'] !== description)
        db.prepare('INSERT OR REPLACE INTO model VALUES (?, ?)').run(space, description);
    },
    description: (space) => {
      const description = model.get(space)?.['description'];
      return typeof description === 'string' ? description : null;
    },
    prune: (kept) =>
      transact(db, () => {
        for (const table of ['vector', 'total', 'model'])
          db.prepare(`DELETE FROM ${table} WHERE space NOT IN (SELECT value FROM json_each(?))`).run(
            JSON.stringify(kept),
          );
      }),
  };
}

/** How many vectors a space has, and their sum. */
function totalsOf(db: DatabaseSync): {
  readonly change: (space: string, vector: Float32Array | null, sign: 1 | -1) => void;
  readonly count: Tables['count'];
  readonly average: Tables['average'];
} {
  const select = db.prepare('SELECT vectors, sum FROM total WHERE space = ?');
  const write = db.prepare('INSERT OR REPLACE INTO total VALUES (?, ?, ?)');
  const read = (space: string): { readonly count: number; readonly sum: Float64Array } | null => {
    const row = select.get(space);
    const sum = floatsIn(row?.['sum'], Float64Array);
    return sum === null ? null : { count: Number(row?.['vectors']), sum };
  };
  return {
    change: (space, vector, sign) => {
      const known = read(space);
      const isOther = known?.sum.length !== vector?.length;
      if (vector === null || (isOther && sign === -1)) return; // It was never added: of another model, or damaged.
      const { count, sum } = known === null || isOther ? { count: 0, sum: new Float64Array(vector.length) } : known;
      for (const [at, value] of vector.entries()) sum[at] = (sum[at] ?? 0) + sign * value;
      const isNothing = vector.every((value) => value === 0); // Has no direction, so it is near to nothing.
      write.run(space, isNothing ? count : count + sign, bytesOf(sum));
    },
    count: (space) => read(space)?.count ?? 0,
    average: (space) => {
      const known = read(space);
      return known === null || known.count < 1 ? null : Float32Array.from(known.sum, (value) => value / known.count);
    },
  };
}

function bytesOf(numbers: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** A copy, for SQLite's own bytes may lie anywhere; null: these are no such numbers. */
function floatsIn<Numbers extends Float32Array | Float64Array>(
  bytes: unknown,
  kind: { new (buffer: ArrayBuffer): Numbers; readonly BYTES_PER_ELEMENT: number },
): Numbers | null {
  if (!(bytes instanceof Uint8Array) || bytes.byteLength === 0 || bytes.byteLength % kind.BYTES_PER_ELEMENT !== 0)
    return null;
  return new kind(bytes.slice().buffer);
}
