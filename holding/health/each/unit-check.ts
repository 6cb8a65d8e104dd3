import type { Words } from '#lib/language.ts';
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
    headline: { down: { en: `${name} has no mandate that is in force`, nl: `${name} heeft geen geldig mandaat` } },
    run: async ({ probes, clock }) => {
      const standing = (await probes.units()).find((one) => one.unit === id);
      if (standing === undefined) return { status: 'unknown', reason: nothingTold };
      return judgeUnit(unit, standing, clock.now());
    },
  });
}

/** What the settling command is where a mandate is not in force; without one the unit's every call is refused. */
const settling = {
  expired: {
    what: { en: 'Read and approve the mandate', nl: 'Lees het mandaat en keur het goed' },
    verb: 'approve',
    minutes: 5,
  },
  unapproved: {
    what: { en: 'Look at the change and approve it', nl: 'Bekijk de wijziging en keur die goed' },
    verb: 'approve',
    minutes: 5,
  },
  invalid: { what: { en: 'Mend the mandate', nl: 'Herstel het mandaat' }, verb: 'edit', minutes: 10 },
  missing: { what: { en: 'Put back the mandate', nl: 'Zet het mandaat terug' }, verb: 'edit', minutes: 5 },
} as const;

const nothingTold = { en: 'Nothing was told of this unit', nl: 'Over dit onderdeel is niets bekend' };
const firstToCome = {
  en: 'Mandate in force; the first report comes with its schedule',
  nl: 'Mandaat geldig; het eerste rapport komt volgens schema',
};

/** The mandate first; then the age of the last report, which is late when two of them did not come. */
export function judgeUnit({ id, name, reportEveryMs }: WatchedUnit, standing: UnitStanding, now: number): Finding {
  const { mandate, lastReportAt } = standing;
  if (mandate.state !== 'ok' && mandate.state !== 'expiring') {
    const { what, verb, minutes } = settling[mandate.state];
    const ofUnit = { en: `${what.en} of ${name}`, nl: `${what.nl} (${name})` };
    const todo = { what: ofUnit, command: `npm run mandate -- ${verb} ${id}`, minutes };
    return { status: 'fail', explicit: true, reason: mandate.reason, todo };
  }
  if (lastReportAt !== null && now - lastReportAt > 2 * reportEveryMs) return late(now - lastReportAt);
  if (mandate.state === 'expiring') {
    const what = {
      en: `Approve the mandate of ${name} for another year`,
      nl: `Keur het mandaat van ${name} voor nog een jaar goed`,
    };
    const todo = { what, command: `npm run mandate -- approve ${id}`, minutes: 5 };
    return { status: 'warn', reason: mandate.reason, todo };
  }
  return { status: 'ok', reason: lastReportAt === null ? firstToCome : inForce(now - lastReportAt) };
}

function inForce(reportAgeMs: number): Words {
  const age = ageWords(reportAgeMs);
  return {
    en: `Mandate in force; last report ${age.en} ago`,
    nl: `Mandaat geldig; laatste rapport ${age.nl} geleden`,
  };
}

function late(ageMs: number): Finding {
  const age = ageWords(ageMs);
  const what = { en: 'See why reports do not come', nl: 'Kijk waarom er geen rapporten komen' };
  const reason = { en: `Its last report is ${age.en} old`, nl: `Het laatste rapport is ${age.nl} oud` };
  return { status: 'warn', reason, todo: { what, command: 'npm run jobs -- history', minutes: 5 } };
}
