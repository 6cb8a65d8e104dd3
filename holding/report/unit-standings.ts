import type { UnitStanding } from '../health/check.ts';
import { dayOf, refusalOf, type MandateStanding } from '../swarm/mandate-standing.ts';
import type { Mandates } from '../swarm/mandate-store.ts';
import { newestReport } from './store.ts';

/** How each unit stands, for its check: its mandate and its last report. */
export function createUnitProbe(mandates: Mandates, unitsFolder: string): () => Promise<readonly UnitStanding[]> {
  return async () => {
    return Promise.all(
      mandates.units.map(async ({ id }) => ({
        unit: id,
        mandate: mandateOf(await mandates.standing(id)),
        lastReportAt: (await newestReport(unitsFolder, id))?.at ?? null,
      })),
    );
  };
}

function mandateOf(standing: MandateStanding): UnitStanding['mandate'] {
  const { state, expiresAt, expiresSoon } = standing;
  const refusal = refusalOf(standing);
  if (refusal !== null && state !== 'shipped' && state !== 'approved')
    return { state, reason: refusal.reason, expiresAt };
  if (state === 'shipped') return { state: 'ok', reason: 'as shipped, so it needs no approval', expiresAt };
  const reason = `approved until ${dayOf(expiresAt ?? 0)}`;
  return { state: expiresSoon ? 'expiring' : 'ok', reason, expiresAt };
}
