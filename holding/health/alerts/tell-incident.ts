import type { NewAlert } from '../store/alerts.ts';
import type { ToldIncident } from '../store/incidents.ts';
import { dueAt, quietUntil } from './quiet.ts';
import { alert, nameOf, nothing, textOf, type Situation, type Telling } from './situation.ts';
import { hasSettled } from './tell-flapping.ts';
import { againWords, endedWords, openedWords, type Told } from './words.ts';

/** What is still red is told again after so long. */
const againMs = 2 * 3_600_000;

type Incident = ToldIncident['incident'];

/** A cause is told once, again while it lasts, and once when it is over. */
export function tellIncident({ incident, told }: ToldIncident, situation: Situation): Telling {
  const { after, now } = situation;
  const isDown = after.get(incident.check)?.state === 'down';
  if (incident.to !== null) return tellEnd({ incident, told }, situation);
  if (!isDown) return nothing;
  if (told === null) return { ...nothing, add: [opened(incident, situation)] };
  return isLongAgo(told, now) && mayBeTold(incident.check, situation)
    ? { ...nothing, add: [again(incident, situation)] }
    : nothing;
}

function opened(incident: Incident, situation: Situation): NewAlert {
  const words = openedWords(causeOf(incident, situation));
  return alert('opened', { ...incident, incident: incident.id, sound: true }, { words, situation });
}

function again(incident: Incident, situation: Situation): NewAlert {
  const { now, clockwork, after } = situation;
  const reason = after.get(incident.check)?.reason ?? incident.reason;
  const cause = causeOf({ ...incident, reason }, situation);
  const words = againWords({ ...cause, lasted: clockwork.lasting(now - incident.from) });
  return alert('again', { ...incident, incident: incident.id, sound: true }, { words, situation });
}

function causeOf(incident: Incident, situation: Situation): Parameters<typeof openedWords>[0] {
  const { checks, after, clockwork, now } = situation;
  return {
    name: nameOf(incident.check, situation),
    headline: checks.get(incident.check)?.headline?.down,
    since: clockwork.at(incident.from, now),
    reason: incident.reason,
    affected: incident.affected.map((id) => nameOf(id, situation)),
    todo: after.get(incident.check)?.todo ?? null,
  };
}

/** Told long enough ago; also where that is in the future, for then the clock was set back. */
function isLongAgo({ at, due }: NonNullable<ToldIncident['told']>, now: number): boolean {
  return now >= Math.max(at, due) + againMs || at > now;
}

/** What is told again can wait for better times: there it is told anew, if it is still so. */
function mayBeTold(check: string, { quiet, now }: Situation): boolean {
  return quietUntil(now, quiet) === null && dueAt({ check, urgent: true, sound: true }, quiet, now) === now;
}

/** What is over before it was told is told as the past, in its place. */
function tellEnd({ incident, told }: ToldIncident, situation: Situation): Telling {
  const { waiting } = situation;
  if (told === null) {
    // It came and went while nothing could be written down. Those of before there were alerts tell no detection.
    return incident.detectedAt === null ? nothing : ended(incident, { past: true, situation });
  }
  if (!['opened', 'again'].includes(told.kind)) return nothing;
  const untold = waiting.find(({ id }) => id === told.alert);
  if (untold !== undefined) {
    const { title, body } = textOf(endOf(incident, { past: true, situation }), situation);
    return { ...nothing, amend: [{ ...untold, kind: 'ended', sound: false, title, body }] };
  }
  if (hasSettled(incident.check, situation)) return nothing; // That tells it too.
  return ended(incident, { past: false, situation });
}

function ended(incident: Incident, { past, situation }: { past: boolean; situation: Situation }): Telling {
  const words = endOf(incident, { past, situation });
  const matter = { check: incident.check, incident: incident.id, sound: false };
  return { ...nothing, add: [alert('ended', matter, { words, situation })] };
}

function endOf(incident: Incident, { past, situation }: { past: boolean; situation: Situation }): Told {
  const { after, now, clockwork } = situation;
  const to = incident.to ?? now;
  return endedWords({
    name: nameOf(incident.check, situation),
    as: after.get(incident.check)?.state ?? null,
    stretch: clockwork.stretch({ from: incident.from, to }, now),
    lasted: clockwork.lasting(to - incident.from),
    reason: incident.reason,
    past,
  });
}
