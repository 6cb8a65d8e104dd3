/** The time of a column, for a person. */
const time = (column: string): string => `strftime('%Y-%m-%d %H:%M:%S', ${column} / 1000, 'unixepoch') || ' UTC'`;

const changes: readonly string[] = [
  // What began anew was new before, whatever it had been.
  `SELECT name || ': the change to ' || became || ' at ' || ${time('at')} || ' says that it was ' || was ||
     ', but it had become ' || before AS fault
   FROM (SELECT *, lag(became) OVER (PARTITION BY watched ORDER BY id) AS before FROM flip) AS flip
   JOIN watched ON watched.id = flip.watched WHERE before <> was AND was <> 'new'`,
  // What was unknown and is since a clock was set back begins anew then.
  `SELECT name || ': the change at ' || ${time('at')} || ' is from ' || was || ' to the same' AS fault
   FROM flip JOIN watched ON watched.id = flip.watched WHERE was = became AND was <> 'unknown'`,
  `SELECT name || ': it is remembered as ' || state || ', but its last change was to ' || became AS fault
   FROM flip JOIN (
     SELECT id, name, CASE WHEN json_valid(memory) THEN json_extract(memory, '$.state') END AS state FROM watched
   ) AS watched ON watched.id = flip.watched
   WHERE flip.id IN (SELECT max(id) FROM flip GROUP BY watched) AND state NOT IN (became, 'new')`,
];

const incidents: readonly string[] = [
  // One that is older than the oldest change has outlived the change that it began with.
  `SELECT name || ': incident ' || incident.id || ' began at ' || ${time('began')} || ', where nothing went down' AS fault
   FROM incident JOIN watched ON watched.id = incident.watched
   WHERE began >= (SELECT min(at) FROM flip WHERE flip.watched = incident.watched) AND NOT EXISTS
     (SELECT 1 FROM flip WHERE flip.watched = incident.watched AND became = 'down' AND at = began)`,
  `SELECT name || ': incident ' || incident.id || ' goes on, but the check has been ' || became || ' since ' ||
     ${time('at')} AS fault
   FROM incident JOIN watched ON watched.id = incident.watched
   JOIN flip ON flip.id = (SELECT max(id) FROM flip WHERE flip.watched = incident.watched)
   WHERE ended IS NULL AND became IN ('up', 'degraded', 'off')`,
  `SELECT name || ': incident ' || incident.id || ' ended before it began' AS fault
   FROM incident JOIN watched ON watched.id = incident.watched WHERE ended < began`,
  // Of one that lay in the future when the clock was set back the incident begins earlier.
  `SELECT name || ': it went down at ' || ${time('at')} || ' without an incident' AS fault
   FROM flip JOIN watched ON watched.id = flip.watched WHERE became = 'down' AND NOT EXISTS
     (SELECT 1 FROM incident WHERE incident.watched = flip.watched AND began <= at AND (ended IS NULL OR ended >= at))
   AND NOT EXISTS (SELECT 1 FROM flip AS later
     WHERE later.watched = flip.watched AND later.id > flip.id AND later.at < flip.at)`,
  // Those of before there were alerts do not say when they were detected.
  `SELECT name || ': nobody was to be told of incident ' || incident.id || ', which began at ' || ${time('began')} AS fault
   FROM incident JOIN watched ON watched.id = incident.watched
   WHERE detected IS NOT NULL AND NOT EXISTS (SELECT 1 FROM alert WHERE alert.incident = incident.id)`,
];

/** Rows of one table that refer to one of another which is not there. */
const orphans: readonly string[] = [
  orphan('flip', 'watched', 'watched'),
  orphan('incident', 'watched', 'watched'),
  orphan('bucket', 'watched', 'watched'),
  orphan('rolled', 'watched', 'watched'),
  orphan('incident_event', 'incident', 'incident'),
  orphan('alert', 'watched', 'watched'),
  orphan('alert', 'incident', 'incident'),
  orphan('delivery', 'alert', 'alert'),
  orphan('observation', 'key & 4095', 'watched'),
  orphan('observation', 'reason', 'reason'),
];

function orphan(table: string, column: string, of: string): string {
  return `
    SELECT '${table}: ' || count(*) || ' rows belong to ${of} ' || (${column}) || ', which is not there' AS fault
    FROM ${table} WHERE (${column}) IS NOT NULL AND (${column}) NOT IN (SELECT id FROM ${of}) GROUP BY ${column}`;
}

/** What may not be found, each a query of its faults in words. */
export const brokenRules: readonly string[] = [...changes, ...incidents, ...orphans];
