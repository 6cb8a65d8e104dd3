import type { Translated, Words } from '#lib/language.ts';
import type { OutboxStanding } from '../../report/outbox.ts';
import { defineCheck, type Finding } from '../check.ts';
import { amountOf, ageWords, joined, reportNoun } from '../views/wording.ts';

/** A digest is sealed each day; by then one did not come. */
const lateMs = 36 * 3_600_000;

/** Whether reports are sealed, arrive, and are read. */
export default defineCheck({
  id: 'reports',
  name: { en: 'Sealed reports', nl: 'Verzegelde rapporten' },
  group: 'reports',
  everyMs: 60_000,
  timeoutMs: 5000,
  worstOverall: 'degraded',
  headline: {
    degraded: { en: 'Sealed reports need a look', nl: 'De verzegelde rapporten vragen aandacht' },
    down: { en: 'Reports do not reach you', nl: 'Rapporten bereiken je niet' },
  },
  run: async ({ probes, clock }) => judgeReports(probes.outbox(), clock.now()),
});

/** The worst first: what can never arrive, what was not made, what was not read. */
export function judgeReports(standing: OutboxStanding, now: number): Finding {
  const { fault, dead, recipients, overdue, verified } = standing;
  if (fault !== null) return { status: 'fail', explicit: true, reason: stands(fault), todo: verify };
  if (dead > 0) return { status: 'fail', explicit: true, reason: deadWords(dead), todo: resend };
  if (recipients === 0) return { status: 'off', reason: noKey(standing), todo: makeKey };
  const late = lateWords(standing, now);
  if (late !== null) return { status: 'warn', reason: late, todo: lookAtRuns };
  if (!verified) return { status: 'warn', reason: unverified, todo: openFirst };
  if (overdue > 0) return { status: 'warn', reason: overdueWords(overdue), todo: openThem };
  return { status: 'ok', reason: told(standing) };
}

function stands(fault: string): Words {
  return { en: `Nothing can be sealed or sent: ${fault}`, nl: `Er kan niets verzegeld of verstuurd worden: ${fault}` };
}

const verify = {
  what: { en: 'See what is wrong with the sealed reports', nl: 'Kijk wat er met de verzegelde rapporten mis is' },
  command: 'npm run doctor',
  minutes: 5,
};

function deadWords(dead: number): Words {
  const reports = amountOf(dead, reportNoun);
  return { en: `${reports.en} will never be taken as sent`, nl: `${reports.nl} onbestelbaar` };
}

const resend = {
  what: {
    en: 'Settle why reports were refused (npm run telegram -- doctor), then send them again',
    nl: 'Verhelp waarom rapporten geweigerd zijn (npm run telegram -- doctor) en stuur ze opnieuw',
  },
  command: 'npm run reports -- resend dead',
  minutes: 5,
};

function noKey({ heldBack, plaintext }: OutboxStanding): Words {
  const reports = amountOf(heldBack, reportNoun);
  const parts: Translated[] = [
    {
      en: 'No key of yours is set, so nothing is sealed',
      nl: 'Er is geen sleutel van jou, dus er wordt niets verzegeld',
    },
    ...(heldBack === 0 ? [] : [{ en: `${reports.en} held back`, nl: `${reports.nl} vastgehouden` }]),
    ...(plaintext.length === 0
      ? []
      : [{ en: `unsealed go out: ${plaintext.join(', ')}`, nl: `onverzegeld gaan weg: ${plaintext.join(', ')}` }]),
  ];
  return joined(parts, '; ');
}

const makeKey = {
  what: {
    en: 'Make a key on your phone, at /reader/ of this page, and give its public half to Omega',
    nl: 'Maak een sleutel op je telefoon, op /reader/ van deze pagina, en geef Omega de openbare helft',
  },
  command: 'npm run setup',
  minutes: 5,
};

/** Null: in time. Where digests go out unsealed, nothing needs to be sealed each day. */
function lateWords({ lastSealedAt, plaintext }: OutboxStanding, now: number): Words | null {
  if (plaintext.includes('digest')) return null;
  if (lastSealedAt === null) {
    return { en: 'There is a key, and nothing was sealed yet', nl: 'Er is een sleutel, maar nog niets verzegeld' };
  }
  if (now - lastSealedAt <= lateMs) return null;
  const age = ageWords(now - lastSealedAt);
  return { en: `The last was sealed ${age.en} ago`, nl: `Het laatste is ${age.nl} geleden verzegeld` };
}

const lookAtRuns = {
  what: { en: 'Have the reports sealed that are due', nl: 'Laat verzegelen wat aan de beurt is' },
  command: 'npm run job:report-send',
  minutes: 2,
};

const unverified = {
  en: 'Unverified: none was ever acknowledged, so nobody knows that you can open them',
  nl: 'Niet bewezen: er is er nog geen bevestigd, dus niemand weet of jij ze kunt openen',
};
const openFirst = {
  what: {
    en: 'Open the first report in /reader/ and give the code that it shows: to the bot, or here with its number',
    nl: 'Open het eerste rapport in /reader/ en geef de code die er staat: aan de bot, of hier met het nummer',
  },
  command: 'npm run reports -- ack 1 CODE',
  minutes: 3,
};

function overdueWords(overdue: number): Words {
  const reports = amountOf(overdue, reportNoun);
  return {
    en: `${reports.en} sent and not acknowledged in time`,
    nl: `${reports.nl} verstuurd en niet op tijd bevestigd`,
  };
}

const openThem = {
  what: {
    en: 'Open the reports that wait at /reports/ and send their codes to the bot; each also lies in export/reports',
    nl: 'Open de rapporten die wachten op /reports/ en stuur hun codes aan de bot; ze staan ook in export/reports',
  },
  command: 'npm run reports -- ack N CODE',
  minutes: 5,
};

function told({ sealed, acknowledged, waiting }: OutboxStanding): Words {
  const parts: Translated[] = [
    { en: `${sealed} sealed`, nl: `${sealed} verzegeld` },
    { en: `${acknowledged} acknowledged`, nl: `${acknowledged} bevestigd` },
    ...(waiting === 0 ? [] : [{ en: `${waiting} on the way`, nl: `${waiting} onderweg` }]),
  ];
  return joined(parts, ', ');
}
