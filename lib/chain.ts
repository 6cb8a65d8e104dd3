import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { OmegaError } from './errors.ts';
import { openSqlite, transact } from './sqlite.ts';
import { writeAheadLog } from './write-ahead-log.ts';

/** Where a stream ends: its last number, from 1 on, and that record's hash. An empty one ends at 0. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** What a look at a whole stream found; `brokenAt` is the first number that is not as it was written. */
export type Verdict =
  | { readonly ok: true; readonly count: number; readonly head: Head }
  | { readonly ok: false; readonly brokenAt: number; readonly why: string };

/** A text beside a record, under the record's number. No hash covers it, so it can be erased, by its name. */
export interface ChainBody {
  readonly name: string;
  readonly text: string;
}

/** What goes into the same commit as records. */
export interface Beside {
  /** One a record, in their order; null: it has none. */
  readonly bodies?: readonly (ChainBody | null)[];
  /** Erases all bodies of these names, those added here included. */
  readonly erase?: readonly string[];
}

/** A record as it was read, undefined where it is no JSON any more; `body` is null where it has none, or where that was erased. */
export interface Link {
  readonly seq: number;
  readonly record: unknown;
  readonly body: string | null;
}

/**
 * Append-only logs in one file, each a stream of JSON records in which every record's hash covers the one before it.
 * An edit, a deletion, a change of order shows in {@link Chain.verify}. What is cut off at the end, or written anew
 * from some point on, shows only against a head that was kept elsewhere: keep one.
 */
export interface Chain extends Disposable {
  /**
   * Adds records as one commit that is on the disk when it returns; several processes may. What is erased is gone from
   * the file and from its companions as well, as soon as no other process reads what was before; until then each
   * append, each opening and each closing tries again. Blocks that the file system or the drive gave up are not reached.
   */
  readonly append: (stream: string, records: readonly unknown[], beside?: Beside) => Head;
  readonly head: (stream: string) => Head;
  /** The hash that this number bears, as it stands there; null: there is none. */
  readonly hashAt: (stream: string, seq: number) => string | null;
  /** Reads it all; `known` is an earlier head, which it must still contain. */
  readonly verify: (stream: string, known?: Head) => Verdict;
  /** The newest records, newest first; whether they are as they were written only {@link Chain.verify} tells. */
  readonly latest: (stream: string, limit: number) => readonly unknown[];
  /** All records after that number, the oldest first, those that are added meanwhile included. */
  readonly after: (stream: string, seq: number) => Iterable<Link>;
  /** Of every text that was not erased, the number and the name, whether a record stands there or not. */
  readonly bodies: (stream: string) => readonly { readonly seq: number; readonly name: string }[];
  /** Its lines of JSON, without bodies: the SHA-256 of a line (RFC 8785) without its `hash` is that `hash`. */
  readonly export: (stream: string) => Iterable<string>;
}

/** What is in it comes from nowhere else: who moves it away loses it. */
const ifDamaged = 'Stop Omega and put back a copy of it; npm run doctor says what is left without one.';

const migrations = [
  `CREATE TABLE link (stream TEXT NOT NULL, seq INTEGER NOT NULL, record TEXT NOT NULL, hash TEXT NOT NULL,
     PRIMARY KEY (stream, seq)) STRICT`,
  // A row that SQLite moves between pages leaves a copy behind. These are only ever added at the end and erased where
  // they lie, so none moves but those of the first page when it is split: blank ones split it before a text comes.
  `CREATE TABLE body (stream TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
     PRIMARY KEY (stream, seq)) STRICT;
   CREATE INDEX body_name ON body (stream, name);
   INSERT INTO body SELECT '', value, '', printf('%.*c', 3000, ' ') FROM json_each('[1, 2, 3]')`,
];
/** So many links are read at once: no snapshot is held meanwhile, which would keep what is erased from going. */
const linksAtOnce = 500;

const empty: Head = { seq: 0, hash: '0'.repeat(64) };

const Row = z.object({ seq: z.number(), record: z.string(), hash: z.string() });
type Row = z.infer<typeof Row>;

const BodyRow = z.object({ seq: z.number(), name: z.string() });
const LinkRow = z.object({ seq: z.number(), record: z.string(), text: z.string().nullable() });

/** Opens the file of chains, or begins it. @throws OmegaError where it cannot be used: nothing is set aside. */
export function openChain(path: string): Chain {
  const db = openSqlite(path, { migrations, synchronous: 'FULL', ifDamaged });
  const write = writerOf(db);
  const log = writeAheadLog(db);
  const selectHash = db.prepare('SELECT hash FROM link WHERE stream = ? AND seq = ?');
  const selectLatest = db.prepare('SELECT record FROM link WHERE stream = ? ORDER BY seq DESC LIMIT ?');
  const selectBodies = db.prepare(`SELECT seq, name FROM body WHERE stream = ? AND trim(text) <> '' ORDER BY seq`);
  log.truncate({ patient: false }); // Where a process was killed between an erasure and the end of the log.
  return {
    append: (stream, records, beside = {}) => {
      const texts = records.map(canonicalText);
      const head = transact(db, () => write.records(stream, texts, beside));
      if ((beside.erase ?? []).length > 0) log.truncate({ patient: true });
      else if (log.isDue()) log.truncate({ patient: false });
      return head;
    },
    head: write.headOf,
    hashAt: (stream, seq) => {
      const hash = selectHash.get(stream, seq)?.['hash'];
      return hash === undefined ? null : String(hash);
    },
    verify: (stream, known) => verify(rows(db, stream), stream, known),
    latest: (stream, limit) =>
      selectLatest.all(stream, limit).map(({ record }) => JSON.parse(String(record)) as unknown),
    after: (stream, seq) => linksAfter(db, stream, seq),
    bodies: (stream) => selectBodies.all(stream).map((row) => BodyRow.parse(row)),
    export: (stream) => exportLines(rows(db, stream), stream),
    [Symbol.dispose]: () => {
      if (!db.isOpen) return;
      if (log.isDue()) log.truncate({ patient: false });
      db.close();
    },
  };
}

interface Writer {
  readonly headOf: (stream: string) => Head;
  /** Within a transaction. */
  readonly records: (stream: string, texts: readonly string[], beside: Beside) => Head;
}

function writerOf(db: DatabaseSync): Writer {
  const selectHead = db.prepare('SELECT seq, hash FROM link WHERE stream = ? ORDER BY seq DESC LIMIT 1');
  const insert = db.prepare('INSERT INTO link (stream, seq, record, hash) VALUES (?, ?, ?, ?)');
  const insertBody = db.prepare('INSERT INTO body (stream, seq, name, text) VALUES (?, ?, ?, ?)');
  // Blanks of the same length, so that SQLite writes over the text itself and moves nothing.
  const blank = db.prepare(
    `UPDATE body SET text = printf('%.*c', octet_length(text), ' ') WHERE stream = ? AND name = ?`,
  );
  const headOf = (stream: string): Head => {
    const row = selectHead.get(stream);
    return row === undefined ? empty : { seq: Number(row['seq']), hash: String(row['hash']) };
  };
  return {
    headOf,
    records: (stream, texts, { bodies = [], erase = [] }) => {
      let head = headOf(stream);
      for (const [index, text] of texts.entries()) {
        const seq = head.seq + 1;
        head = { seq, hash: hashOf(content({ stream, seq, prev: head.hash, text })) };
        insert.run(stream, seq, text, head.hash);
        const body = bodies[index] ?? null;
        if (body !== null) insertBody.run(stream, seq, body.name, body.text);
      }
      for (const name of erase) blank.run(stream, name);
      return head;
    },
  };
}

function canonicalText(record: unknown): string {
  const text = canonicalize(record);
  if (text === undefined)
    throw new OmegaError('What is to be chained is no JSON.', { code: 'E_CHAIN', permanent: true });
  return text;
}

/** What the hash covers: as the keys stand in order and the record is canonical, so is the whole. */
function content({ stream, seq, prev, text }: { stream: string; seq: number; prev: string; text: string }): string {
  return `{"prev":"${prev}","record":${text},"seq":${seq},"stream":${JSON.stringify(stream)}}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function* rows(db: DatabaseSync, stream: string): Generator<Row> {
  const select = db.prepare('SELECT seq, record, hash FROM link WHERE stream = ? ORDER BY seq');
  for (const row of select.iterate(stream)) yield Row.parse(row);
}

function* linksAfter(db: DatabaseSync, stream: string, seq: number): Generator<Link> {
  const select = db.prepare(
    `SELECT link.seq, link.record, body.text FROM link LEFT JOIN body USING (stream, seq)
     WHERE link.stream = ? AND link.seq > ? ORDER BY link.seq LIMIT ${linksAtOnce}`,
  );
  for (let last = seq, count = linksAtOnce; count === linksAtOnce;) {
    const page = select.all(stream, last).map((row) => LinkRow.parse(row));
    for (const { seq: at, record, text } of page) {
      yield { seq: at, record: parsed(record), body: text === null || text.trim() === '' ? null : text };
      last = at;
    }
    count = page.length;
  }
}

function parsed(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return undefined; // Which no JSON is.
  }
}

function verify(links: Iterable<Row>, stream: string, known?: Head): Verdict {
  let head = empty;
  for (const { seq, record, hash } of links) {
    const due = head.seq + 1;
    if (seq !== due) return { ok: false, brokenAt: due, why: `number ${due} is missing` };
    if (hash !== hashOf(content({ stream, seq, prev: head.hash, text: record })))
      return { ok: false, brokenAt: seq, why: `number ${seq} is not as it was written` };
    if (seq === known?.seq && hash !== known.hash)
      return { ok: false, brokenAt: seq, why: `number ${seq} is another one than the head that was kept` };
    head = { seq, hash };
  }
  if (known !== undefined && known.seq > head.seq)
    return { ok: false, brokenAt: head.seq + 1, why: `it ends before number ${known.seq}, which was its head` };
  return { ok: true, count: head.seq, head };
}

function* exportLines(links: Iterable<Row>, stream: string): Generator<string> {
  let prev = empty.hash;
  for (const { seq, record, hash } of links) {
    yield `{"hash":"${hash}",${content({ stream, seq, prev, text: record }).slice(1)}`;
    prev = hash;
  }
}
