import type { Words } from '#lib/language.ts';
import { defineCheck, type Finding, type SystemdStanding } from '../check.ts';

/** Whether Omega starts with the machine, is started again when it ends, and goes on when its owner logs out. */
export default defineCheck({
  id: 'systemd',
  name: { en: 'Day and night', nl: 'Dag en nacht' },
  group: 'host',
  everyMs: 15 * 60_000,
  timeoutMs: 10_000,
  worstOverall: 'degraded',
  headline: {
    degraded: { en: 'Omega would not come back by itself', nl: 'Omega zou niet vanzelf terugkomen' },
    down: { en: 'The service of Omega has failed', nl: 'De dienst van Omega is gestopt' },
  },
  run: async ({ probes, signal }) => judgeSystemd(await probes.systemd(signal)),
});

/** Started by hand is no fault: that it should run day and night is for its owner to say. */
export function judgeSystemd(standing: SystemdStanding | 'cron' | null): Finding {
  if (standing === 'cron') return { status: 'ok', reason: byCron };
  if (standing === null) return { status: 'off', reason: noSystemd, todo: install('cron') };
  const { unit, enabled, active, linger, user } = standing;
  if (unit === 'none') return { status: 'off', reason: byHand, todo: install('systemd') };
  if (unit === 'foreign') return { status: 'off', reason: foreign };
  if (enabled === null || active === null) return { status: 'unknown', reason: unasked };
  if (active === 'failed') return { status: 'fail', explicit: true, reason: failed, todo: install('systemd') };
  if (enabled !== 'enabled') return { status: 'warn', reason: notEnabled(enabled), todo: install('systemd') };
  if (active !== 'active' && active !== 'activating') return { status: 'warn', reason: besideIt, todo: takeOver };
  return linger ? { status: 'ok', reason: stands } : { status: 'warn', reason: noLinger, todo: lingering(user) };
}

const stands = {
  en: 'Runs as a service, starts with the machine and outlives your session',
  nl: 'Draait als dienst, start met de machine en blijft draaien als je uitlogt',
};
const byCron = {
  en: 'cron starts it with the machine; nothing starts it again when it ends',
  nl: 'cron start het met de machine; niets start het opnieuw als het eindigt',
};
const noSystemd = {
  en: 'Started by hand; this machine has no systemd',
  nl: 'Met de hand gestart; deze machine heeft geen systemd',
};
const byHand = {
  en: 'Started by hand: after a restart of the machine nothing runs',
  nl: 'Met de hand gestart: na een herstart van de machine draait er niets',
};
const foreign = {
  en: 'The service of that name starts an Omega in another folder',
  nl: 'De dienst met die naam start een Omega in een andere map',
};
const unasked = {
  en: 'The systemd of this user cannot be asked from here',
  nl: 'De systemd van deze gebruiker is hier niet te bevragen',
};
const failed = {
  en: 'The service failed; what runs now was started by hand',
  nl: 'De dienst faalde; wat nu draait is met de hand gestart',
};
const besideIt = {
  en: 'The service is enabled but does not run: this Omega was started by hand',
  nl: 'De dienst staat aan maar draait niet: deze Omega is met de hand gestart',
};
const noLinger = {
  en: 'Runs as a service, which ends when you log out',
  nl: 'Draait als dienst, die stopt als je uitlogt',
};

function notEnabled(enabled: string): Words {
  const state = enabled === '' ? 'not loaded' : enabled;
  return {
    en: `The service does not start with the machine (${state})`,
    nl: `De dienst start niet met de machine (${state})`,
  };
}

type Todo = NonNullable<Finding['todo']>;

function install(by: 'systemd' | 'cron'): Todo {
  const what = { en: 'Have Omega run day and night', nl: 'Laat Omega dag en nacht draaien' };
  // The service is a second Omega, which it refuses to be; cron only makes a note for the next start of the machine.
  const command = by === 'cron' ? 'scripts/start_24_7.sh cron' : 'npm run stop; scripts/start_24_7.sh systemd';
  return { what, command, minutes: 3 };
}

const takeOver: Todo = {
  what: { en: 'Let the service take over', nl: 'Laat de dienst het overnemen' },
  command: 'npm run stop && systemctl --user start omega-holding.service',
  minutes: 1,
};

function lingering(user: string): Todo {
  const what = { en: 'Let Omega go on when you log out', nl: 'Laat Omega doordraaien als je uitlogt' };
  return { what, command: `sudo loginctl enable-linger ${user}`, minutes: 1 };
}
