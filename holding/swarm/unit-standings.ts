import type { Words } from '#lib/language.ts';
import type { UnitStanding } from '../health/check.ts';
import { dayOf, refusalOf, type MandateStanding } from './mandate-standing.ts';
import type { Mandates } from './mandate-store.ts';
import { faultText } from './mandate-parse.ts';
import { newestReport } from '../report/trend/store.ts';
import type { RunUse } from './run-use.ts';

/** What the last run of a unit used; null: none is known. */
export type LastUse = (unit: string) => RunUse | null;

/** How each unit stands, for its check: its mandate, what its last run used of it, and its last report. */
export function createUnitProbe(
  mandates: Mandates,
  unitsFolder: string,
  lastUse?: LastUse,
): () => Promise<readonly UnitStanding[]> {
  return async () => {
    return Promise.all(
      mandates.units.map(async ({ id, name }) => {
        const standing = await mandates.standing(id);
        return {
          unit: id,
          name,
          budgets: budgetsOf(standing, lastUse),
          mandate: mandateOf(standing),
          lastReportAt: (await newestReport(unitsFolder, id))?.at ?? null,
        };
      }),
    );
  };
}

/** Empty where the mandate bounds nothing, or nobody can say what was used. */
function budgetsOf({ unit, mandate }: MandateStanding, lastUse?: LastUse): UnitStanding['budgets'] {
  if (mandate === null || lastUse === undefined) return [];
  const { toolCalls, wallMs } = mandate.budget;
  try {
    const { calls, elapsedMs } = lastUse(unit.id) ?? { calls: 0, elapsedMs: 0 };
    return [
      { what: callsWords, used: calls, limit: toolCalls },
      { what: secondsWords, used: Math.ceil(elapsedMs / 1000), limit: wallMs / 1000 },
    ];
  } catch {
    return []; // The audit cannot be read, which the tools themselves tell: without it they are refused.
  }
}

const callsWords = { en: 'tool calls in the last run', nl: 'toolaanroepen in de laatste run' };
const secondsWords = {
  en: 'seconds from the first to the last tool call of that run',
  nl: 'seconden van de eerste tot de laatste toolaanroep van die run',
};

function mandateOf(standing: MandateStanding): UnitStanding['mandate'] {
  const { state, expiresAt, expiresSoon } = standing;
  const refusal = refusalOf(standing);
  if (refusal !== null && state !== 'shipped' && state !== 'approved') {
    return { state, reason: { en: refusal.reason, nl: refusalInDutch(standing, state) }, expiresAt };
  }
  if (state === 'shipped') return { state: 'ok', reason: asShipped, expiresAt };
  const day = dayOf(expiresAt ?? 0);
  const reason: Words = { en: `approved until ${day}`, nl: `goedgekeurd tot ${day}` };
  return { state: expiresSoon ? 'expiring' : 'ok', reason, expiresAt };
}

const asShipped = {
  en: 'as shipped, so it needs no approval',
  nl: 'zoals meegeleverd, dus goedkeuring is niet nodig',
};

/** As {@link refusalOf} says it in English, which agents are told as well. */
function refusalInDutch(
  { unit: { id }, faults, approvedAt, expiresAt }: MandateStanding,
  state: 'missing' | 'invalid' | 'unapproved' | 'expired',
): string {
  switch (state) {
    case 'missing':
      return `Het mandaat van ${id} is er niet meer, dus het staat niets toe.`;
    case 'invalid': {
      const more = faults.length > 1 ? ` (en nog ${faults.length - 1})` : '';
      return `Het mandaat van ${id} heeft een fout, dus het staat niets toe: ${faultText(faults[0])}${more}`;
    }
    case 'unapproved':
      return `Het mandaat van ${id} heeft wijzigingen in tools, bereik of budget die je niet hebt goedgekeurd.`;
    case 'expired':
      return `De goedkeuring van het mandaat van ${id} geldt vandaag niet: ze loopt van ${dayOf(approvedAt ?? 0)} tot ${dayOf(expiresAt ?? 0)}.`;
    default:
      return state satisfies never;
  }
}
