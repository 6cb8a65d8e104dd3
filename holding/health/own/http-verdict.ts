import type { Words } from '#lib/language.ts';
import type { Finding } from '../check.ts';
import { amountOf } from '../views/wording.ts';
import type { Answer } from './http-ask.ts';
import { searchedBytes } from './http-body.ts';
import type { Statuses, Wanted } from './http-form.ts';

/** What an answer must be like. */
export interface Expected {
  readonly status: Statuses;
  readonly contains?: Wanted | undefined;
  readonly notContains?: Wanted | undefined;
  readonly certificateDays: number;
  readonly maxLatency?: number | undefined;
}

interface Measured {
  readonly latencyMs: number;
  readonly now: number;
}

const dayMs = 86_400_000;
const dayNoun = { one: { en: 'day', nl: 'dag' }, many: { en: 'days', nl: 'dagen' } };
const searchedMb = searchedBytes / 1_048_576;

/** Weighs an answer: the worst that is true of it. */
export function judge(answer: Answer, expected: Expected, measured: Measured): Finding {
  const { latencyMs } = measured;
  const failed = wrongStatus(answer, expected) ?? wrongText(answer, expected);
  if (failed !== null) return { status: 'fail', latencyMs, reason: failed };
  const doubtful =
    endsSoon(answer, expected, measured) ?? tooSlow(expected, measured) ?? halfSearched(answer, expected);
  if (doubtful !== null) return { status: 'warn', latencyMs, reason: doubtful };
  return { status: 'ok', latencyMs, reason: { en: `Answered ${answer.status}`, nl: `Antwoordde ${answer.status}` } };
}

function wrongStatus({ status: got }: Answer, { status }: Expected): Words | null {
  if (status.has(got)) return null;
  return {
    en: `Answered ${got} instead of ${status.written}`,
    nl: `Antwoordde ${got} in plaats van ${status.written}`,
  };
}

function wrongText({ text, cut }: Answer, { contains, notContains }: Expected): Words | null {
  if (contains !== undefined && !contains.isIn(text)) {
    const where = cut ? { en: `The first ${searchedMb} MB`, nl: `De eerste ${searchedMb} MB` } : null;
    return {
      en: `${where?.en ?? 'The answer'} does not hold “${contains.written}”`,
      nl: `${where?.nl ?? 'Het antwoord'} bevat “${contains.written}” niet`,
    };
  }
  if (notContains === undefined || !notContains.isIn(text)) return null;
  return {
    en: `The answer holds “${notContains.written}”`,
    nl: `Het antwoord bevat “${notContains.written}”`,
  };
}

function endsSoon({ certificateEndsAt }: Answer, { certificateDays }: Expected, { now }: Measured): Words | null {
  if (certificateEndsAt === null) return null;
  const days = Math.floor((certificateEndsAt - now) / dayMs);
  if (days >= certificateDays) return null;
  if (days < 1) return { en: 'The certificate ends within a day', nl: 'Het certificaat verloopt binnen een dag' };
  const time = amountOf(days, dayNoun);
  return { en: `The certificate ends in ${time.en}`, nl: `Het certificaat verloopt over ${time.nl}` };
}

function tooSlow({ maxLatency }: Expected, { latencyMs }: Measured): Words | null {
  if (maxLatency === undefined || latencyMs <= maxLatency) return null;
  const took = Math.round(latencyMs);
  return { en: `Took ${took} ms, over ${maxLatency} ms`, nl: `Duurde ${took} ms, meer dan ${maxLatency} ms` };
}

/** That a text is not there cannot be said of what was not read. */
function halfSearched({ cut }: Answer, { notContains }: Expected): Words | null {
  if (!cut || notContains === undefined) return null;
  return { en: `Only the first ${searchedMb} MB was searched`, nl: `Alleen de eerste ${searchedMb} MB is doorzocht` };
}
