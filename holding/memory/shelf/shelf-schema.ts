/** The tables of the shelf; a file with others is begun anew, for all of it is made from the journal. */
export const schema = `
  CREATE TABLE fact (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

  -- superseded_by and superseded_at follow from supersession. What it says lies apart: a search reads thousands of these.
  CREATE TABLE record (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, unit TEXT NOT NULL, lang TEXT NOT NULL,
    held TEXT NOT NULL, is_aged INTEGER NOT NULL DEFAULT 0, superseded_by TEXT, superseded_at REAL,
    status TEXT NOT NULL AS (CASE WHEN is_aged THEN 'aged' WHEN superseded_by IS NOT NULL THEN 'superseded' ELSE held END) STORED,
    importance REAL NOT NULL, created_at REAL NOT NULL, valid_from REAL NOT NULL, valid_to REAL, trust TEXT NOT NULL,
    suspicion TEXT, told INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE TABLE wording (seq INTEGER PRIMARY KEY, keywords TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL) STRICT;
  CREATE INDEX record_group ON record (unit, kind, status);
  CREATE INDEX record_created ON record (created_at);

  -- Neither side needs to be known.
  CREATE TABLE supersession (older TEXT NOT NULL, newer TEXT NOT NULL, PRIMARY KEY (older, newer)) STRICT, WITHOUT ROWID;
  CREATE INDEX supersession_newer ON supersession (newer);
  CREATE TABLE origin (id TEXT NOT NULL, origin TEXT NOT NULL, PRIMARY KEY (id, origin)) STRICT, WITHOUT ROWID;

  -- Every id that ever was, with the line of the journal that last changed what its vector is, or whether it has one.
  CREATE TABLE known (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, merged_into TEXT, is_forgotten INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX known_merged ON known (merged_into) WHERE merged_into IS NOT NULL;

  CREATE TABLE space (
    name TEXT PRIMARY KEY, generation TEXT, dimensions INTEGER, is_current INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE pending (
    space TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (space, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pending_order ON pending (space, version);

  CREATE TABLE recall (n INTEGER PRIMARY KEY, at REAL NOT NULL, took_ms REAL NOT NULL, run_id TEXT) STRICT;
  CREATE INDEX recall_run ON recall (run_id) WHERE run_id IS NOT NULL;
  CREATE INDEX recall_at ON recall (at);
  CREATE TABLE recalled (n INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (n, id)) STRICT, WITHOUT ROWID;
  CREATE INDEX recalled_id ON recalled (id);

  -- No text of its own; what was removed still counts for the average length, which weighs little. A gram is a run of ASCII letters and digits, or of anything beyond ASCII.
  CREATE VIRTUAL TABLE words USING fts5(grams, content='', contentless_delete=1, tokenize='ascii');
  CREATE VIRTUAL TABLE gram USING fts5vocab(words, row);
`;
