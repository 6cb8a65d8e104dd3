import type { Body, Entry } from '../journal/journal.ts';
import type { MemoryRecord } from '../record.ts';
import { recordOrNull, selectRecord } from './shelf-records.ts';
import type { ShelfDb } from './shelf-db.ts';
import type { ShelfSpaces } from './shelf-spaces.ts';
import type { ShelfWords } from './shelf-words.ts';

export interface ShelfParts {
  readonly db: ShelfDb;
  readonly words: Pick<ShelfWords, 'add' | 'remove' | 'compact'>;
  readonly spaces: Pick<ShelfSpaces, 'mark'>;
}

/** A line that can be read. */
export interface ReadLine {
  readonly seq: number;
  readonly entry: Entry;
  readonly body: Body | null;
}

type Remember = Extract<Entry, { op: 'remember' }>;
type Revise = Extract<Entry, { op: 'revise' }>;

/**
 * Puts one line on the shelf. What it makes of it depends on the lines before it alone, so that a replay gives the same;
 * a line about a record that is not there changes nothing.
 */
export function applyLine(parts: ShelfParts, { seq, entry, body }: ReadLine): void {
  switch (entry.op) {
    case 'remember':
      return remember(parts, { seq, entry, body });
    case 'told':
      return told(parts, { seq, id: entry.id, origin: entry.origin, times: entry.times ?? 1 });
    case 'revise':
      return revise(parts, seq, entry);
    case 'merge':
      return merge(parts, { seq, id: entry.id, into: entry.into });
    case 'age':
      return setAged(parts, { seq, id: entry.id, isAged: true });
    case 'forget':
      return forget(parts, seq, entry.id);
  }
}

/** A text that is known counts as told again; what it supersedes now, it supersedes from now on. */
function remember(parts: ShelfParts, line: ReadLine & { entry: Remember }): void {
  const { db } = parts;
  const { seq, entry } = line;
  const { id, supersedes } = entry;
  if (isForgotten(db, id)) return;
  if (find(db, id) === null) insert(parts, line);
  else told(parts, { seq, id, origin: null, times: 1 });
  if (supersedes.length > 0) db.run('DELETE FROM supersession WHERE older = ?', id);
  if (entry.origin !== undefined) addOrigin(db, id, entry.origin);
  for (const older of supersedes) {
    if (older !== id && !isForgotten(db, older)) db.run('INSERT OR IGNORE INTO supersession VALUES (?, ?)', older, id);
    refresh(db, older);
  }
  refresh(db, id);
}

/** Where the text was erased, a later line says so: until that line, its place is held by a record without one. */
function insert({ db, words, spaces }: ShelfParts, { seq, entry, body }: ReadLine & { entry: Remember }): void {
  const { text, keywords, source } = body ?? nothing;
  const row = {
    seq,
    id: entry.id,
    kind: entry.kind,
    unit: entry.unit,
    lang: entry.lang,
    held: entry.status,
    importance: entry.importance,
    created_at: entry.createdAt,
    valid_from: entry.validFrom,
    valid_to: entry.validTo,
    trust: entry.trust,
    suspicion: entry.suspicion,
  };
  const columns = Object.keys(row);
  db.run(
    `INSERT INTO record (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ...Object.values(row),
  );
  db.run('INSERT INTO wording VALUES (?, ?, ?, ?)', seq, JSON.stringify(keywords), JSON.stringify(source), text);
  words.add({ seq, text, keywords });
  spaces.mark(entry.id, seq);
  db.run('UPDATE known SET merged_into = NULL WHERE id = ?', entry.id);
}

const nothing = {
  text: '',
  keywords: { nl: [], en: [] },
  source: { type: 'erased', ref: null, runId: null, model: null, sha256: null },
} as const satisfies Body;

/** One that was aged is back: somebody says it still. */
function told(parts: ShelfParts, { seq, id, origin, times }: Told): void {
  parts.db.run('UPDATE record SET told = told + ? WHERE id = ?', times, id);
  if (origin !== null && find(parts.db, id) !== null) addOrigin(parts.db, id, origin);
  setAged(parts, { seq, id, isAged: false });
}

interface Told {
  readonly seq: number;
  readonly id: string;
  readonly origin: string | null;
  readonly times: number;
}

function revise(parts: ShelfParts, seq: number, { id, importance, validTo, status }: Revise): void {
  const { db } = parts;
  if (importance !== undefined) db.run('UPDATE record SET importance = ? WHERE id = ?', importance, id);
  if (validTo !== undefined) db.run('UPDATE record SET valid_to = ? WHERE id = ?', validTo, id);
  if (status === undefined) return;
  const suspicion = status === 'active' ? null : 'put in quarantine afterwards';
  db.run('UPDATE record SET held = ?, suspicion = ? WHERE id = ?', status, suspicion, id);
  if (status === 'active') setAged(parts, { seq, id, isAged: false });
  for (const older of supersededBy(db, id)) refresh(db, older);
}

function merge(parts: ShelfParts, { seq, id, into }: { seq: number; id: string; into: string }): void {
  const { db } = parts;
  const record = find(db, id);
  if (record === null || id === into || find(db, into) === null) return;
  told(parts, { seq, id: into, origin: null, times: record.told });
  db.run('INSERT OR IGNORE INTO origin SELECT ?, origin FROM origin WHERE id = ?', into, id);
  remove(parts, { seq, id, heir: into });
  db.run('UPDATE known SET merged_into = ? WHERE id = ?', into, id);
}

/** With it goes what was merged into it: the same in other words. */
function forget(parts: ShelfParts, seq: number, id: string): void {
  for (const gone of parts.db.all(familySql, id).map((row) => String(row['id']))) {
    remove(parts, { seq, id: gone, heir: find(parts.db, gone)?.supersededBy ?? null });
    parts.db.run('UPDATE known SET is_forgotten = 1 WHERE id = ?', gone);
    parts.db.run('DELETE FROM recalled WHERE id = ?', gone);
  }
  parts.db.scrub();
}

const familySql = `WITH RECURSIVE family (id) AS (
    VALUES (?) UNION SELECT known.id FROM known JOIN family ON known.merged_into = family.id
  ) SELECT id FROM family`;

/** What it superseded is superseded by its heir; without one it stands again. */
function remove(
  { db, words, spaces }: ShelfParts,
  { seq, id, heir }: { seq: number; id: string; heir: string | null },
): void {
  const record = find(db, id);
  if (record !== null && record.status !== 'aged') words.remove(record);
  const olders = supersededBy(db, id);
  if (heir !== null)
    db.run(
      'INSERT OR IGNORE INTO supersession SELECT older, ?1 FROM supersession WHERE newer = ?2 AND older <> ?1',
      heir,
      id,
    );
  db.run('DELETE FROM supersession WHERE ? IN (older, newer)', id);
  db.run('DELETE FROM origin WHERE id = ?', id);
  db.run('DELETE FROM wording WHERE seq = (SELECT seq FROM record WHERE id = ?)', id);
  db.run('DELETE FROM record WHERE id = ?', id);
  spaces.mark(id, seq);
  for (const older of olders) refresh(db, older);
}

/** What is aged is in neither index. */
function setAged(
  { db, words, spaces }: ShelfParts,
  { seq, id, isAged }: { seq: number; id: string; isAged: boolean },
): void {
  const record = find(db, id);
  if (record === null || (record.status === 'aged') === isAged) return;
  db.run('UPDATE record SET is_aged = ? WHERE id = ?', Number(isAged), id);
  if (isAged) words.remove(record);
  else words.add(record);
  spaces.mark(id, seq);
}

/**
 * Of those that supersede it and are not in quarantine, the one does that holds the latest: which that is follows from
 * what the records say and not from the order in which they came, so that an import gives the same.
 */
function refresh(db: ShelfDb, id: string): void {
  db.run(refreshSql, id);
}

const refreshSql = `UPDATE record SET (superseded_by, superseded_at) = (
    SELECT newer.id, newer.valid_from FROM supersession JOIN record AS newer ON newer.id = supersession.newer
    WHERE supersession.older = record.id AND newer.held = 'active' ORDER BY newer.valid_from DESC, newer.created_at DESC, newer.id LIMIT 1
  ) WHERE id = ?`;

function supersededBy(db: ShelfDb, id: string): readonly string[] {
  return db.all('SELECT older FROM supersession WHERE newer = ?', id).map(({ older }) => String(older));
}

function addOrigin(db: ShelfDb, id: string, origin: string): void {
  if (origin !== '') db.run('INSERT OR IGNORE INTO origin VALUES (?, ?)', id, origin);
}

function find(db: ShelfDb, id: string): MemoryRecord | null {
  return recordOrNull(db.one(`${selectRecord} WHERE id = ?`, id));
}

function isForgotten(db: ShelfDb, id: string): boolean {
  return db.one('SELECT 1 FROM known WHERE id = ? AND is_forgotten', id) !== undefined;
}
