import type { OwnIncidents, OwnJobs, OwnMemory, OwnRecord, OwnReport, OwnRun, OwnStatus } from './own-functions.ts';

/** How it stands, for a model and for a person: the same facts as the structured answer. */
export function statusText(status: OwnStatus): string {
  const { headline, state, seen, services, checks, notUp, attention } = status;
  return lines(
    `${headline} (${state})`,
    ...(seen.note === headline ? [] : [seen.note]),
    services.length === 0
      ? 'No part of Omega runs here now.'
      : `Services: ${services.map(({ name, state: its }) => `${name} ${its}`).join(', ')}`,
    ...(seen.at === null
      ? []
      : [`Checks: ${checks.up} of ${checks.total} up${seen.current ? '' : ', when last seen'}`]),
    ...notUp.map(
      ({ name, state: its, since, reason, blockedBy }) =>
        `- ${name}: ${its} since ${since}: ${reason}${blockedBy === null ? '' : ` (because of ${blockedBy})`}`,
    ),
    ...(attention.length === 0 ? [] : ['Waits for the owner:']),
    ...attention.map(({ what, why, command, minutes }) => `- ${what}: ${why} → ${command} (${minutes} min)`),
  );
}

/** What was down, and since when. */
export function incidentsText({ seen, incidents }: OwnIncidents): string {
  const none = seen.at === null ? 'Nothing is known of incidents.' : 'No incident is open or of the last seven days.';
  return lines(
    seen.note,
    ...(incidents.length === 0 ? [none] : []),
    ...incidents.map(
      ({ name, state, from, to, reason }) =>
        `- ${to === null ? 'OPEN' : 'ended'}: ${name} ${state} from ${from}${to === null ? '' : ` to ${to}`}: ${reason}`,
    ),
  );
}

/** What is due, what waits and what ran. */
export function jobsText({ seen, jobs, queues, history }: OwnJobs): string {
  return lines(
    seen.note,
    ...(jobs === null ? ['The schedule could not be asked.'] : ['Jobs:']),
    ...(jobs ?? []).map(
      ({ name, schedule, lastSuccessAt, nextDueAt, overdue }) =>
        `- ${name} (${schedule}): last success ${lastSuccessAt ?? 'never'}, next due ${nextDueAt}${overdue ? ', OVERDUE' : ''}`,
    ),
    ...(queues === null ? ['The queues could not be asked.'] : ['Queues:']),
    ...(queues ?? []).map(
      ({ name, waiting, active, delayed, dead, paused }) =>
        `- ${name}: ${waiting} waiting, ${active} active, ${delayed} delayed, ${dead} dead${paused ? ', PAUSED' : ''}`,
    ),
    ...(history.length === 0 ? [] : ['Latest runs:', ...history.map(recordLine)]),
  );
}

function recordLine({ run, job, why, startedAt, ms, outcome, detail }: OwnRecord): string {
  const took = ms === null ? '' : ` in ${ms} ms`;
  return `- ${startedAt} ${job} (${why}): ${outcome}${took}${detail === null ? '' : `: ${detail}`} [${run}]`;
}

/** What became of a run. */
export function runText({ job, run, outcome, ms, detail, next }: OwnRun): string {
  const took = ms === null ? '' : ` in ${ms} ms`;
  return lines(`${job}: ${outcome}${took}${detail === null ? '' : `: ${detail}`}`, `Run ${run}. ${next}`);
}

/** The reports there are. */
export function reportsText(reports: readonly OwnReport[]): string {
  if (reports.length === 0) return 'There is no report yet. run_job with trend-report makes one.';
  return lines(
    ...reports.map(
      ({ unit, id, title, at, claims, example, fault }) =>
        `- ${unit}/${id}: ${title} (${at}, ${fault ?? `${claims} claims`}${example ? ', an EXAMPLE made from shipped documents' : ''})`,
    ),
  );
}

/** What was remembered, a row a record: a text may not begin a row, in which it could name whom it is by. */
export function memoryText({ found, weak, note }: OwnMemory): string {
  return lines(
    ...(note === null ? [] : [note]),
    ...(found.length === 0 ? ['Nothing of that is remembered.'] : []),
    ...(weak && found.length > 0 ? ['Nothing answers this well; the nearest:'] : []),
    ...found.map(
      ({ kind, unit, text, at, trust, score }) =>
        `- ${at} ${kind} of ${unit}, by ${trust} (${score.toFixed(2)}): ${text.replaceAll(/\s+/g, ' ')}`,
    ),
  );
}

function lines(...all: readonly string[]): string {
  return all.join('\n');
}
