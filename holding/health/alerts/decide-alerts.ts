import type { Alert } from '../store/alerts.ts';
import { dueAt } from './quiet.ts';
import { nothing, type Situation, type Telling } from './situation.ts';
import { tellFlapping } from './tell-flapping.ts';
import { tellGap } from './tell-gap.ts';
import { tellIncident } from './tell-incident.ts';

/** Decides what the owner is to be told, and when: each cause once, again while it lasts, and once when it is over. */
export function decideAlerts(situation: Situation): Telling {
  const { incidents, after, flapping, gap } = situation;
  const checks = new Set([...after.keys(), ...flapping.keys()]);
  const ofChecks = [...checks].map((check) => tellFlapping(check, situation));
  const ofIncidents = incidents.map((one) => tellIncident(one, situation));
  const told = [...ofIncidents, ...ofChecks, gap === null ? nothing : tellGap(gap, situation)];
  const amend = told.flatMap((one) => one.amend);
  const rewritten = new Set(amend.map(({ id }) => id));
  return { add: told.flatMap((one) => one.add), amend: [...amend, ...released(situation, rewritten)] };
}

/** What waits need wait no longer than it would if it were written now: the owner ended a snooze, the clock went back. */
function released({ waiting, checks, quiet, now }: Situation, rewritten: ReadonlySet<number>): Alert[] {
  return waiting.flatMap((one) => {
    if (rewritten.has(one.id)) return [];
    const urgent = one.check !== null && checks.get(one.check)?.urgent === true;
    // Of what became the past while it waited too: it is told when it would have been.
    const due = dueAt({ ...one, urgent, sound: true }, quiet, now);
    return due < one.due ? [{ ...one, due }] : [];
  });
}
