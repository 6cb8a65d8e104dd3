import { recordOrNull, selectRecord } from './shelf-records.ts';
import type { ShelfDb } from './shelf-db.ts';
import type { Shelf } from './shelf.ts';

/** What the spaces of vectors do not hold yet. */
export type ShelfSpaces = Pick<
  Shelf,
  'pending' | 'pendingCount' | 'settle' | 'spaces' | 'setGeneration' | 'setCurrentSpace' | 'dropSpace'
> & {
  /** That this id has another vector from that line of the journal on, or none any more. */
  readonly mark: (id: string, version: number) => void;
};

export function shelfSpaces(db: ShelfDb): ShelfSpaces {
  const isKnown = (space: string): boolean => db.one('SELECT 1 FROM space WHERE name = ?', space) !== undefined;
  return {
    mark: (id, version) => {
      db.run(
        'INSERT INTO known (id, version) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version',
        id,
        version,
      );
      db.run('INSERT OR REPLACE INTO pending SELECT name, ?, ? FROM space', id, version);
    },
    pending: (space, limit) => {
      const [table, wanted] = isKnown(space) ? ['pending', 'space = ?1'] : ['known', '?1 IS NOT NULL'];
      const sql = `SELECT id, version FROM ${table} WHERE ${wanted} ORDER BY version LIMIT ?2`;
      return db.all(sql, space, limit).map(({ id, version }) => ({
        id: String(id),
        version: Number(version),
        record: recordOrNull(db.one(`${selectRecord} WHERE id = ? AND NOT is_aged`, id ?? null)),
      }));
    },
    pendingCount: (space) => {
      const [table, wanted] = isKnown(space) ? ['pending', 'space = ?1'] : ['known', '?1 IS NOT NULL'];
      return Number(db.one(`SELECT count(*) AS n FROM ${table} WHERE ${wanted}`, space)?.['n']);
    },
    settle: (space, settled) =>
      db.whole(() => {
        for (const { id, version } of settled)
          db.run('DELETE FROM pending WHERE space = ? AND id = ? AND version = ?', space, id, version);
      }),
    spaces: () =>
      db.all('SELECT * FROM space ORDER BY name').map(({ name, generation, is_current, dimensions }) => ({
        name: String(name),
        generation: generation === null ? null : String(generation),
        isCurrent: is_current === 1,
        dimensions: dimensions === null ? null : Number(dimensions),
      })),
    setGeneration: (space, generation, dimensions) =>
      db.whole(() => {
        const before = db.one('SELECT generation FROM space WHERE name = ?', space);
        add(db, space);
        db.run('UPDATE space SET generation = ?, dimensions = ? WHERE name = ?', generation, dimensions, space);
        if (before !== undefined && before['generation'] !== generation) awaitAll(db, space);
      }),
    setCurrentSpace: (space) =>
      db.whole(() => {
        add(db, space);
        db.run('UPDATE space SET is_current = (name = ?)', space);
      }),
    dropSpace: (space) =>
      db.whole(() => {
        db.run('DELETE FROM space WHERE name = ?', space);
        db.run('DELETE FROM pending WHERE space = ?', space);
      }),
  };
}

function add(db: ShelfDb, space: string): void {
  if (db.run('INSERT OR IGNORE INTO space (name) VALUES (?)', space) === 1) awaitAll(db, space);
}

function awaitAll(db: ShelfDb, space: string): void {
  db.run('INSERT OR REPLACE INTO pending SELECT ?, id, version FROM known', space);
}
