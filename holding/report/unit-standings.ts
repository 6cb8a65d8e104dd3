import type { UnitStanding } from '../health/check.ts';
import { dayOf, refusalOf, type MandateStanding } from '../swarm/mandate-standing.ts';
import type { Mandates } from '../swarm/mandate-store.ts';
import { listReports } from './store.ts';

/** Reports are daily: among so many there is a real one where there is any of the last weeks. */
const mostReports = 60;

/** How each unit stands, for its check: its mandate and its last report. */
export function createUnitProbe(mandates: Mandates, unitsFolder: string): () => Promise<readonly UnitStanding[]> {
  return async () => {
    const reports = await listReports(unitsFolder, { limit: mostReports });
    const standings = await Promise.all(mandates.units.map(({ id }) => mandates.standing(id)));
    return standings.map((standing) => ({
      unit: standing.unit.id,
      mandate: mandateOf(standing),
      lastReportAt:
        reports.find(({ unit, example, fault }) => unit === standing.unit.id && !example && fault === null)?.at ?? null,
    }));
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
