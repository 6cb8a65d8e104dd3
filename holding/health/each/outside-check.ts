import type { Env } from '#lib/env.ts';
import type { Translated, Words } from '#lib/language.ts';
import { defineCheck, type Check, type Finding, type OutsideStanding } from '../check.ts';
import { ageWords } from '../views/wording.ts';
import { waysOut } from './ways-out.ts';

const lateMs = 5 * 60_000;
const tooLateMs = 30 * 60_000;
/** So much of why it failed is told. */
const longestFault = 120;

/** Whether someone else is told each minute that this machine is alive: when it stops as a whole, only they can tell. */
export function outsideCheck({ pingUrl, network }: Pick<Env, 'pingUrl' | 'network'>): Check {
  return defineCheck({
    id: 'outside',
    name: { en: 'Watched from outside', nl: 'Van buiten bewaakt' },
    group: 'reports',
    everyMs: 60_000,
    timeoutMs: 5000,
    dependsOn: waysOut(pingUrl, network),
    worstOverall: 'degraded',
    headline: {
      degraded: { en: 'The watch from outside hears nothing', nl: 'De bewaking van buiten hoort niets' },
      down: { en: 'Nobody outside hears this machine', nl: 'Niemand buiten hoort deze machine' },
    },
    run: async ({ probes, clock }) => judgeOutside(probes.outside(), clock.now()),
  });
}

/** Null: nobody was named. */
export function judgeOutside(standing: OutsideStanding | null, now: number): Finding {
  if (standing === null) return { status: 'off', reason: nobody, todo: nameSomebody };
  const { lastTriedAt, lastHeardAt, fault } = standing;
  if (lastTriedAt === null) return { status: 'unknown', reason: notYet };
  if (lastHeardAt === null) return { status: 'fail', reason: withWhy(never, fault), todo: mend };
  const silentMs = now - lastHeardAt;
  const reason = withWhy(heardAgo(silentMs), fault);
  if (silentMs <= lateMs) return { status: 'ok', reason };
  return { status: silentMs > tooLateMs ? 'fail' : 'warn', reason, todo: mend };
}

const nobody = {
  en: 'When the whole machine stops, nobody hears it',
  nl: 'Als de hele machine stilvalt, hoort niemand het',
};
const nameSomebody = {
  what: {
    en: 'Have someone else watch this machine (healthchecks.io is free): its address as OMEGA_PING_URL in .env',
    nl: 'Laat iemand anders deze machine bewaken (healthchecks.io is gratis): het adres als OMEGA_PING_URL in .env',
  },
  command: 'nano .env',
  minutes: 10,
};
const mend = {
  what: { en: 'Look at OMEGA_PING_URL', nl: 'Kijk OMEGA_PING_URL na' },
  command: 'nano .env',
  minutes: 5,
};
const notYet = { en: 'Nobody was told yet', nl: 'Er is nog niemand bericht' };
const never = { en: 'Was never heard there', nl: 'Is daar nog nooit gehoord' };

function heardAgo(silentMs: number): Translated {
  const age = ageWords(Math.max(0, silentMs));
  return { en: `Last heard there ${age.en} ago`, nl: `Daar ${age.nl} geleden voor het laatst gehoord` };
}

function withWhy({ en, nl }: Translated, fault: string | null): Words {
  const why = fault === null ? '' : `: ${fault.slice(0, longestFault)}`;
  return { en: `${en}${why}`, nl: `${nl}${why}` };
}
