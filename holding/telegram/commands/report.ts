import type { Parcel } from '../../report/outbox.ts';
import { answerFrom, type Records } from '../answers.ts';
import type { Asked, Command, Reply } from '../command.ts';
import type { Perform } from '../needs.ts';
import { escapeHtml } from '../split.ts';

export interface ReportNeeds extends Records {
  /** Of the ledger, in any order. */
  readonly parcels: () => readonly Parcel[];
  readonly units: readonly string[];
  readonly perform: Perform;
}

/** Sends the newest report again, sealed as it was. */
export function reportCommand(needs: ReportNeeds): Command {
  const { units, parcels } = needs;
  return {
    name: 'report',
    usage: '[unit]',
    summary: { en: 'Send the newest report again', nl: 'Stuur het nieuwste rapport nog eens' },
    isDeed: true,
    run: async (asked) => {
      const [unit] = asked.words;
      if (unit !== undefined && !units.includes(unit)) return noUnit(unit, needs, asked);
      const newest = newestOf(parcels(), unit);
      return newest === null ? noneYet(needs, asked) : sendAgain(newest, needs, asked);
    },
  };
}

function newestOf(parcels: readonly Parcel[], unit: string | undefined): Parcel | null {
  const begin = unit === undefined ? 'trend/' : `trend/${unit}/`;
  const ofIt = parcels.filter(({ ref }) => ref.startsWith(begin));
  return ofIt.toSorted((one, other) => other.createdAt - one.createdAt || other.seq - one.seq)[0] ?? null;
}

function noUnit(unit: string, { units }: ReportNeeds, { say }: Asked): Reply {
  const [known, name] = [units.join(', '), escapeHtml(unit)];
  return {
    html: say({
      en: `There is no unit ${name}. There are: ${known}`,
      nl: `Er is geen afdeling ${name}. Er zijn: ${known}`,
    }),
  };
}

/** There may be a report on the machine that was never sealed; without a key none is. */
async function noneYet(needs: ReportNeeds, asked: Asked): Promise<Reply> {
  const { html } = await lastReport(needs, asked);
  const todo = asked.say({
    en: 'None was sealed yet. /run report-send seals what is due; it needs a key: /todo',
    nl: 'Nog geen rapport is verzegeld. /run report-send verzegelt wat aan de beurt is; daarvoor is een sleutel nodig: /todo',
  });
  return { html: `${html}\n${todo}` };
}

async function sendAgain({ seq }: Parcel, { perform }: ReportNeeds, { id, say, signal }: Asked): Promise<Reply> {
  const { state } = await perform('report-send', { do: 'resend', seq }, { id, signal });
  const which = seq > 0 ? `#${seq}` : say({ en: '(not sealed)', nl: '(niet verzegeld)' });
  if (state === 'failed') {
    return {
      html: say({
        en: `Report ${which} could not be sent: <code>npm run jobs -- history report-send</code>`,
        nl: `Rapport ${which} kon niet worden verstuurd: <code>npm run jobs -- history report-send</code>`,
      }),
    };
  }
  return { html: say({ en: `Report ${which} is on its way again.`, nl: `Rapport ${which} is weer onderweg.` }) };
}

/** What is known of the newest report, without a word of it. */
export function lastReport(records: Records, asked: Asked): Promise<Reply> {
  return answerFrom(records, asked, ({ snapshot: { reports }, clockwork, say, now }) => {
    if (reports === null) return [say({ en: 'The reports cannot be read.', nl: 'De rapporten zijn niet te lezen.' })];
    const newest = reports.find(({ example, broken }) => !example && !broken);
    if (newest === undefined) return [say({ en: 'There is no report yet.', nl: 'Er is nog geen rapport.' })];
    const { unit, at, claims } = newest;
    const [which, when] = [`<b>${escapeHtml(unit)}</b>`, clockwork.at(at, now)];
    return [
      say({
        en: `The last report: ${which}, ${when}, ${claims} ${claims === 1 ? 'trend' : 'trends'}.`,
        nl: `Het laatste rapport: ${which}, ${when}, ${claims} ${claims === 1 ? 'trend' : 'trends'}.`,
      }),
    ];
  });
}
