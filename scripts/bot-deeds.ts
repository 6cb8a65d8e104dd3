import { holdsIn } from '#holding/health/store/holds.ts';
import { incidentsIn } from '#holding/health/store/incidents.ts';
import { createDeeds, type Deeds } from '#holding/telegram/deeds.ts';
import type { Mandates } from '#holding/swarm/mandate-store.ts';
import { OmegaError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import type { Queues } from '#queue/queues.ts';
import { ringBell } from './bell.ts';
import { write } from './health-hold.ts';
import type { Settings } from './settings.ts';

/** What the owner asks of the bot, joined with what carries it out; without queues nothing of them can be paused. */
export function botDeeds<Omega>({
  settings: { env, paths },
  queues,
  mandates,
  log,
}: {
  readonly settings: Settings;
  readonly queues: Queues<Omega> | null;
  readonly mandates: Mandates;
  readonly log: Log;
}): Deeds {
  const set = async (verb: 'pause' | 'resume'): Promise<void> => {
    if (queues === null) throw new OmegaError('a job that runs inline has no queue to halt', { code: 'E_NO_QUEUE' });
    await queues.get('swarm')[verb]();
  };
  return createDeeds({
    swarm: { pause: () => set('pause'), resume: () => set('resume') },
    mandates,
    noteSeen: (alert, at) => write(paths, (db) => incidentsIn(db).seen(alert, at)),
    hold: async (one) => {
      await write(paths, (db) => holdsIn(db).add(one));
      ringBell(paths, log);
    },
    timezone: env.timezone,
    quietHours: env.quietHours,
  });
}
