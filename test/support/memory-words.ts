import { DatabaseSync } from 'node:sqlite';
import type { EvaluationDocument, EvaluationQuery } from '#holding/memory/evaluate.ts';

/**
 * What there is to beat: plain BM25 over whole words, as SQLite’s FTS5 has it (`unicode61`, which takes away accents),
 * any word of the query. No 4-grams, no stop words, no dictionary, no vectors, and what was superseded is found as well.
 * @returns recall@5: the average of |best 5 ∩ rel| / min(5, |rel|) over the queries that have an answer.
 */
export function recallByWords(documents: readonly EvaluationDocument[], queries: readonly EvaluationQuery[]): number {
  using db = new DatabaseSync(':memory:');
  db.exec(`CREATE VIRTUAL TABLE document USING fts5 (id UNINDEXED, text, tokenize = 'unicode61')`);
  const insert = db.prepare('INSERT INTO document VALUES (?, ?)');
  for (const { id, text } of documents) insert.run(id, text);
  const search = db.prepare('SELECT id FROM document WHERE document MATCH ? ORDER BY bm25(document), id LIMIT 5');
  const answerable = queries.filter(({ rel }) => rel.length > 0);
  const parts = answerable.map(({ text, rel }) => {
    const words = [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu))].map((word) => `"${word}"`);
    const best = words.length === 0 ? [] : search.all(words.join(' OR ')).map(({ id }) => String(id));
    return best.filter((id) => rel.includes(id)).length / Math.min(5, rel.length);
  });
  return parts.reduce((sum, part) => sum + part, 0) / parts.length;
}
