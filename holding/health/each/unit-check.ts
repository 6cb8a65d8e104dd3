import { defineCheck, type Check, type Finding, type UnitStanding } from '../check.ts';
import { ageWords } from '../views/wording.ts';

/** What a check must know of a business unit. */
export interface WatchedUnit {
  readonly id: string;
  /** As a person calls it. */
  readonly name: string;
  /** Milliseconds from one of its reports to the next. */
  readonly reportEveryMs: number;
}

/** One check of each business unit: whether it may work, and whether it does. */
export function unitChecks(units: readonly WatchedUnit[]): readonly Check[] {
  return units.map(unitCheck);
}

function unitCheck(unit: WatchedUnit): Check {
  const { id, name } = unit;
  return defineCheck({
    id: `unit-${id}`,
    name,
    group: 'units',
    everyMs: 60_000,
    timeoutMs: 5000,
    worstOverall: 'degraded',
    headline: { down: `${name} has no mandate that is in force` },
    run: async ({ probes, clock }) => {
      const standing = (await probes.units()).find((one) => one.unit === id);
      if (standing === undefined) return { status: 'unknown', reason: 'Nothing was told of this unit' };
      return judgeUnit(unit, standing, clock.now());
    },
  });
}

/** What the settling command is where a mandate is not in force; without one the unit's every call is refused. */
const settling = {
  expired: { what: 'Read and approve the mandate', verb: 'approve', minutes: 5 },
  unapproved: { what: 'Look at the change and approve it', verb: 'approve', minutes: 5 },
  invalid: { what: 'Mend the mandate', verb: 'edit', minutes: 10 },
  missing: { what: 'Put back the mandate', verb: 'edit', minutes: 5 },
} as const;

/** The mandate first; then the age of the last report, which is late when two of them did not come. */
export function judgeUnit({ id, name, reportEveryMs }: WatchedUnit, standing: UnitStanding, now: number): Finding {
  const { mandate, lastReportAt } = standing;
  if (mandate.state !== 'ok' && mandate.state !== 'expiring') {
    const { what, verb, minutes } = settling[mandate.state];
    const todo = { what: `${what} of ${name}`, command: `npm run mandate -- ${verb} ${id}`, minutes };
    return { status: 'fail', explicit: true, reason: mandate.reason, todo };
  }
  if (lastReportAt !== null && now - lastReportAt > 2 * reportEveryMs) return late(now - lastReportAt);
  if (mandate.state === 'expiring') {
    const todo = {
      what: `Approve the mandate of ${name} for another year`,
      command: `npm run mandate -- approve ${id}`,
    };
    return { status: 'warn', reason: mandate.reason, todo: { ...todo, minutes: 5 } };
  }
  if (lastReportAt === null)
    return { status: 'ok', reason: 'Mandate in force; the first report comes with its schedule' };
  return { status: 'ok', reason: `Mandate in force; last report ${ageWords(now - lastReportAt)} ago` };
}

function late(ageMs: number): Finding {
  const todo = { what: 'See why reports do not come', command: 'npm run jobs -- history', minutes: 5 };
  return { status: 'warn', reason: `Its last report is ${ageWords(ageMs)} old`, todo };
}
