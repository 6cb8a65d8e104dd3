import type { Memory } from '../state/memory.ts';
import type { Alert, NewAlert } from '../store/alerts.ts';
import type { ToldIncident } from '../store/incidents.ts';
import { alert, nameOf, nothing, textOf, type Situation, type Telling } from './situation.ts';
import { flappingWords, goneWords, settledWords } from './words.ts';

/** So long before it was told the changes began that made it flap. */
const flappingMs = 30 * 60_000;

/** What keeps changing is told once, and once how often it did when it is steady again, or that it is gone. */
export function tellFlapping(check: string, situation: Situation): Telling {
  const told = situation.flapping.get(check);
  const memory = situation.after.get(check);
  if (told !== undefined) return memory?.flapping === true ? nothing : tellSettled(check, memory, { told, situation });
  if (memory?.state !== 'flapping') return nothing;
  const words = flappingWords(nameOf(check, situation), memory.reason);
  return { ...nothing, add: [alert('flapping', { check, incident: null, sound: true }, { words, situation })] };
}

/** In the place of the alert that it flaps, where nobody was told that yet. */
function tellSettled(
  check: string,
  memory: Memory | undefined,
  { told, situation }: { told: Alert; situation: Situation },
): Telling {
  const { incidents, waiting } = situation;
  const name = nameOf(check, situation);
  const words =
    memory === undefined ? goneWords(name) : settledWords({ name, as: memory.state, ...past(told, situation) });
  if (waiting.some(({ id }) => id === told.id)) {
    return { ...nothing, amend: [{ ...told, kind: 'settled', sound: false, ...textOf(words, situation) }] };
  }
  const ended = incidents.find((one) => one.incident.check === check && isUntoldEnd(one.incident, one.told?.kind));
  const matter = { check, incident: ended?.incident.id ?? null, sound: false };
  return { ...nothing, add: [alert('settled', matter, { words, situation })] };
}

function past(
  told: Alert,
  { clockwork, changes, now }: Situation,
): Pick<Parameters<typeof settledWords>[0], 'stretch' | 'changes'> {
  const from = told.at - flappingMs;
  return { stretch: clockwork.stretch({ from, to: now }, now), changes: changes(told.check ?? '', from) };
}

function isUntoldEnd({ to }: ToldIncident['incident'], told: NewAlert['kind'] | undefined): boolean {
  return to !== null && (told === 'opened' || told === 'again');
}

/** It is steady again, or gone, as of this beat; that tells the end of an incident too. */
export function hasSettled(check: string, { flapping, after }: Situation): boolean {
  return flapping.has(check) && after.get(check)?.flapping !== true;
}
