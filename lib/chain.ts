import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { OmegaError } from './errors.ts';
import { openSqlite, transact } from './sqlite.ts';

/** Where a stream ends: its last number, from 1 on, and that record's hash. An empty one ends at 0. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** What a look at a whole stream found; `brokenAt` is the first number that is not as it was written. */
export type Verdict =
  | { readonly ok: true; readonly count: number; readonly head: Head }
  | { readonly ok: false; readonly brokenAt: number; readonly why: string };

/**
 * Append-only logs in one file, each a stream of JSON records in which every record's hash covers the one before it.
 * An edit, a deletion, a change of order shows in {@link Chain.verify}. What is cut off at the end, or written anew
 * from some point on, shows only against a head that was kept elsewhere: keep one.
 */
export interface Chain extends Disposable {
  /** Adds records as one commit that is on the disk when it returns; several processes may. */
  readonly append: (stream: string, records: readonly unknown[]) => Head;
  readonly head: (stream: string) => Head;
  /** Reads it all; `known` is an earlier head, which it must still contain. */
  readonly verify: (stream: string, known?: Head) => Verdict;
  /** The newest records, newest first; whether they are as they were written only {@link Chain.verify} tells. */
  readonly latest: (stream: string, limit: number) => readonly unknown[];
  /** Its lines of JSON: the SHA-256 of a line (RFC 8785) without its `hash` is that `hash`. */
  readonly export: (stream: string) => Iterable<string>;
}

const migrations = [
  `CREATE TABLE link (stream TEXT NOT NULL, seq INTEGER NOT NULL, record TEXT NOT NULL, hash TEXT NOT NULL,
     PRIMARY KEY (stream, seq)) STRICT`,
];

const empty: Head = { seq: 0, hash: '0'.repeat(64) };

const Row = z.object({ seq: z.number(), record: z.string(), hash: z.string() });
type Row = z.infer<typeof Row>;

/** Opens the file of chains, or begins it. @throws OmegaError where it cannot be used: nothing is set aside. */
export function openChain(path: string): Chain {
  const db = openSqlite(path, { migrations, synchronous: 'FULL' });
  const selectHead = db.prepare('SELECT seq, hash FROM link WHERE stream = ? ORDER BY seq DESC LIMIT 1');
  const selectLatest = db.prepare('SELECT record FROM link WHERE stream = ? ORDER BY seq DESC LIMIT ?');
  const insert = db.prepare('INSERT INTO link (stream, seq, record, hash) VALUES (?, ?, ?, ?)');
  const headOf = (stream: string): Head => {
    const row = selectHead.get(stream);
    return row === undefined ? empty : { seq: Number(row['seq']), hash: String(row['hash']) };
  };
  return {
    append: (stream, records) => {
      const texts = records.map(canonicalText);
      return transact(db, () => {
        let head = headOf(stream);
        for (const text of texts) {
          const seq = head.seq + 1;
          head = { seq, hash: hashOf(content({ stream, seq, prev: head.hash, text })) };
          insert.run(stream, seq, text, head.hash);
        }
        return head;
      });
    },
    head: headOf,
    verify: (stream, known) => verify(rows(db, stream), stream, known),
    latest: (stream, limit) =>
      selectLatest.all(stream, limit).map(({ record }) => JSON.parse(String(record)) as unknown),
    export: (stream) => exportLines(rows(db, stream), stream),
    [Symbol.dispose]: () => {
      if (db.isOpen) db.close();
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
