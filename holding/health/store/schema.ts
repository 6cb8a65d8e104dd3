/**
 * The steps from an empty `health.sqlite` to today's; `user_version` counts those taken. One that was released is
 * never changed: add another.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE heart (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    beat_at INTEGER,
    state TEXT NOT NULL,
    since INTEGER NOT NULL
  ) STRICT;
  INSERT INTO heart VALUES (1, 0, NULL, 'unknown', 0);

  -- Each check that was ever looked at; the others refer to it by its small number.
  CREATE TABLE watched (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, memory TEXT) STRICT;

  CREATE TABLE reason (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

  -- Key: milliseconds since 2025 times 4096, plus the check's number, so that rows are appended in order of time.
  -- Status: 0 ok, 1 warn, 2 fail, 3 unknown. Latency in tenths of a millisecond. A reason only where it is not ok.
  CREATE TABLE observation (key INTEGER PRIMARY KEY, status INTEGER NOT NULL, latency INTEGER, reason INTEGER) STRICT;

  CREATE TABLE flip (
    id INTEGER PRIMARY KEY,
    watched INTEGER NOT NULL,
    at INTEGER NOT NULL,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  CREATE INDEX flip_of ON flip (watched, at);

  CREATE TABLE incident (
    id INTEGER PRIMARY KEY,
    watched INTEGER NOT NULL,
    began INTEGER NOT NULL,
    ended INTEGER,
    state TEXT NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX incident_open ON incident (watched) WHERE ended IS NULL;

  CREATE TABLE run (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    name TEXT NOT NULL,
    queue TEXT NOT NULL,
    reason TEXT NOT NULL,
    scheduled INTEGER NOT NULL,
    started INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    ended INTEGER,
    outcome TEXT,
    error TEXT,
    result TEXT,
    cost REAL,
    log TEXT
  ) STRICT;
  CREATE INDEX run_of ON run (name, started);
  -- Ends find their beginnings by it; most runs are written whole, and an index of all of them would double that cost.
  CREATE INDEX run_open ON run (id) WHERE outcome IS NULL;

  -- Outlives the runs themselves, for a job that succeeds once a year.
  CREATE TABLE last_run (name TEXT PRIMARY KEY, success INTEGER, outcome TEXT NOT NULL, duration INTEGER) STRICT;
  `,
];
