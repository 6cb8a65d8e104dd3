import type { Translated } from '#lib/language.ts';
import { defineCheck, type Finding, type Probes } from '../check.ts';
import { amountOf, checkNoun } from '../views/wording.ts';

/** So much of the first fault is told; the command shows all of them, each with its line. */
const longestFault = 150;

/** Whether the owner's `checks.yaml` is in force as it stands; with a fault in it the last one without stays so. */
export default defineCheck({
  id: 'checks-file',
  name: { en: 'Your checks', nl: 'Je controles' },
  group: 'mine',
  everyMs: 60_000,
  timeoutMs: 5000,
  worstOverall: 'degraded',
  headline: {
    degraded: { en: 'Your checks have a fault', nl: 'In je controles zit een fout' },
    down: { en: 'None of your own checks is in force', nl: 'Geen van je eigen controles is van kracht' },
  },
  // Whoever saved it wants to know at once.
  hasNews: ({ ownChecks }, lastSeen) => (ownChecks()?.readAt ?? 0) > lastSeen,
  run: async ({ probes }) => judgeChecksFile(probes.ownChecks()),
});

/** Null: there is no such file, which nobody has to have. */
export function judgeChecksFile(own: Omit<NonNullable<ReturnType<Probes['ownChecks']>>, 'readAt'> | null): Finding {
  if (own === null) return { status: 'off', reason: { en: 'You have none of your own', nl: 'Je hebt er zelf geen' } };
  const { checks, faults } = own;
  const count = amountOf(checks, checkNoun);
  const [first] = faults;
  if (first === undefined) {
    return { status: 'ok', reason: { en: `${count.en} in force`, nl: `${count.nl} van kracht` } };
  }
  const what = { en: 'Mend checks.yaml', nl: 'Herstel checks.yaml' };
  const todo = { what, command: 'npm run health -- run checks-file', minutes: 5 };
  if (checks === 0) return { status: 'fail', explicit: true, reason: faultWords(first, faults.length), todo };
  const fault = faultWords(first, faults.length);
  const reason = {
    en: `The last good one stays in force, with ${count.en}. ${fault.en}`,
    nl: `De laatste goede blijft van kracht, met ${count.nl}. ${fault.nl}`,
  };
  return { status: 'warn', reason, todo };
}

function faultWords(first: string, faults: number): Translated {
  const told = first.length > longestFault ? `${first.slice(0, longestFault - 1)}…` : first;
  if (faults === 1) return { en: `A fault: ${told}`, nl: `Een fout: ${told}` };
  return { en: `${faults} faults, the first: ${told}`, nl: `${faults} fouten, de eerste: ${told}` };
}
