import type { Words } from '#lib/language.ts';
import { defineCheck, type Finding, type Probes } from '../check.ts';
import { newestIn } from '../host/newest.ts';
import { ageWords } from '../views/wording.ts';

const hourMs = 3_600_000;
/** A daily backup that did not come, and one that has not come for a week. */
const oldMs = 36 * hourMs;
const tooOldMs = 7 * 24 * hourMs;
/** Clocks of two machines may differ by so much. */
const aheadMs = hourMs;

/** How old the newest backup is, whoever makes them. That it could be read back is not looked at. */
export default defineCheck({
  id: 'backup',
  name: { en: 'Backup', nl: 'Back-up' },
  group: 'host',
  everyMs: 15 * 60_000,
  timeoutMs: 10_000,
  worstOverall: 'degraded',
  headline: {
    degraded: { en: 'The last backup is old', nl: 'De laatste back-up is oud' },
    down: { en: 'There has been no backup for a week', nl: 'Er is al een week geen back-up gemaakt' },
  },
  run: async ({ probes, clock }) => judgeBackup(await newestIn(probes.backups), clock.now(), probes),
});

/** Null: there never was one. */
export function judgeBackup(
  newestAt: number | null,
  now: number,
  { backups, dataDir }: Pick<Probes, 'backups' | 'dataDir'>,
): Finding {
  const todo = { what: makeOne, command: backUp(backups, dataDir), minutes: 10 };
  if (newestAt === null) return { status: 'off', reason: none, todo };
  const ageMs = now - newestAt;
  if (ageMs < -aheadMs) return { status: 'unknown', reason: fromTheFuture };
  const reason = agedWords(Math.max(0, ageMs));
  if (ageMs <= oldMs) return { status: 'ok', reason };
  return { status: ageMs > tooOldMs ? 'fail' : 'warn', reason, todo };
}

const none = { en: 'No backup is made of the data folder', nl: 'Van de datamap wordt geen back-up gemaakt' };
const makeOne = {
  en: 'Back up the data folder, while Omega is stopped',
  nl: 'Maak een back-up van de datamap, terwijl Omega stilstaat',
};
const fromTheFuture = {
  en: 'The newest backup is dated in the future',
  nl: 'De nieuwste back-up heeft een datum in de toekomst',
};

function agedWords(ageMs: number): Words {
  const age = ageWords(ageMs);
  return { en: `The newest is ${age.en} old`, nl: `De nieuwste is ${age.nl} oud` };
}

function backUp(backups: string, dataDir: string): string {
  const [to, from] = [quoted(backups), quoted(dataDir)];
  return `npm run stop && mkdir -p ${to} && tar -czf ${to}/$(date +%F).tgz --exclude=./backups -C ${from} .`;
}

/** As one word of a shell, whatever stands in it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
