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
  `
  -- When the state was decided, later than when it began; whom it blocked, as JSON of their ids.
  ALTER TABLE incident ADD COLUMN detected INTEGER;
  ALTER TABLE incident ADD COLUMN affected TEXT NOT NULL DEFAULT '[]';
  -- What happened in the course of an incident. Kind: failing, detected, affected, told, seen, changed, ended.
  CREATE TABLE incident_event (
    id INTEGER PRIMARY KEY,
    incident INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX event_of ON incident_event (incident, at);
  CREATE INDEX incident_ended ON incident (ended) WHERE ended IS NOT NULL;

  -- What the owner is to be told; written together with the flip that is its cause. Kind: opened, again, ended,
  -- flapping, settled, gap. Due: not to be told before. Sound: 1 where it may make a noise.
  CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    watched INTEGER,
    incident INTEGER,
    at INTEGER NOT NULL,
    due INTEGER NOT NULL,
    sound INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alert_of ON alert (incident);
  CREATE INDEX alert_due ON alert (due);
  CREATE INDEX alert_of_flapping ON alert (watched, id) WHERE kind IN ('flapping', 'settled');
  -- By whom an alert was delivered, or what hindered it. Without a row: not tried yet. Delivered: null until it was.
  CREATE TABLE delivery (
    alert INTEGER NOT NULL,
    channel TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    tried INTEGER NOT NULL,
    delivered INTEGER,
    error TEXT,
    PRIMARY KEY (alert, channel)
  ) STRICT, WITHOUT ROWID;

  -- What the owner holds back by hand. Kind: paused, maintenance, snoozed. Watched: the id of a check; null is all.
  -- Until: null is until it is resumed. Ended early: until is set to that time.
  CREATE TABLE hold (
    id INTEGER PRIMARY KEY,
    watched TEXT,
    kind TEXT NOT NULL,
    begins INTEGER NOT NULL,
    until INTEGER,
    why TEXT NOT NULL
  ) STRICT;

  -- Calls of push URLs, as the edge took them.
  CREATE TABLE push (
    id INTEGER PRIMARY KEY,
    watched TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    run TEXT,
    exit INTEGER,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX push_of ON push (watched, at);

  -- Time in which no heartbeat came.
  CREATE TABLE gap (id INTEGER PRIMARY KEY, began INTEGER NOT NULL, ended INTEGER NOT NULL) STRICT;

  -- A check's hours and days, made of observations and flips. Span in milliseconds. Times: JSON of milliseconds by
  -- state. Latencies: counts of looks by class of latency.
  CREATE TABLE bucket (
    watched INTEGER NOT NULL,
    span INTEGER NOT NULL,
    began INTEGER NOT NULL,
    looks INTEGER NOT NULL,
    times TEXT NOT NULL,
    latencies BLOB,
    PRIMARY KEY (watched, span, began)
  ) STRICT, WITHOUT ROWID;
  -- Until when a check's buckets were made, and the last flip of all checks then.
  CREATE TABLE rolled (watched INTEGER PRIMARY KEY, until INTEGER NOT NULL, flip INTEGER NOT NULL) STRICT;
  `,
];
