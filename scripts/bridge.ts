import { omegaTalk } from '#holding/telegram/omega.ts';
import { openLedger } from '#holding/report/outbox/ledger.ts';
import { createMandates } from '#holding/swarm/mandate-store.ts';
import * as unitCatalogue from '#holding/units.ts';
import * as jobCatalogue from '#jobs/index.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import { createLog } from '#lib/log.ts';
import { attachToSupervisor } from '#ops/child.ts';
import { makeFolders } from '#ops/folders.ts';
import { openQueues } from '#queue/queues.ts';
import { performIn } from './bot-jobs.ts';
import { serveBot, type BotProcess } from './bot-process.ts';
import { showError } from './command.ts';
import { readSnapshot } from './first-page.ts';
import { readSettings, type Settings } from './settings.ts';

const jobs = Object.values(jobCatalogue);
const units = Object.values(unitCatalogue);

try {
  await serve(readSettings());
} catch (error) {
  process.exit(showError(error));
}

/** Omega's bot, until it is told to stop. */
async function serve(settings: Settings): Promise<void> {
  const { env, paths } = settings;
  if (env.telegram === undefined) throw noToken();
  await makeFolders(paths);
  const log = createLog({ name: 'bridge', secrets: env.secrets });
  const stop = new AbortController();
  const stopped = Promise.withResolvers<void>();
  const supervisor = attachToSupervisor({
    onStop: async () => {
      stop.abort();
      await stopped.promise;
    },
  });
  supervisor.ready(); // Without Redis it waits and says so: that is its work too.
  const { telegram } = env;
  const common = { settings, log, signal: stop.signal, statePath: paths.bridgeState };
  await serveBot({ name: 'omega', telegram, ...common, talk: talkFor(settings) });
  stopped.resolve();
}

function talkFor({ env, paths }: Settings): BotProcess['talk'] {
  return ({ redis }) =>
    omegaTalk({
      snapshot: () => readSnapshot(paths),
      timezone: env.timezone,
      language: env.language,
      units: units.map(({ id }) => id),
      mandates: createMandates({ paths, units, clock: systemClock }),
      perform: performIn(openQueues({ jobs, redis })),
      parcels: () => {
        using ledger = openLedger(paths.ledgerDb);
        return [...ledger.fold().kept.values()].map(({ parcel }) => parcel);
      },
    });
}

function noToken(): OmegaError {
  return new OmegaError('Omega has no bot: OMEGA_TELEGRAM_BOT_TOKEN is not set.', {
    code: 'E_NO_BOT',
    hint: 'Make one with @BotFather in Telegram, and put its token as OMEGA_TELEGRAM_BOT_TOKEN in .env.',
    permanent: true,
    exitCode: 2,
  });
}
