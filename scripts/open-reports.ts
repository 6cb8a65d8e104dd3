import type { Past } from '#holding/health/views/page.ts';
import type { Channel } from '#holding/health/alerts/deliver.ts';
import { quietUntil } from '#holding/health/alerts/quiet.ts';
import { createLetterDesk } from '#holding/report/letters/create-letter-desk.ts';
import type { Courier, Outbox } from '#holding/report/outbox.ts';
import { createOutbox } from '#holding/report/outbox/create-outbox.ts';
import { reportKeys } from '#holding/report/outbox/report-keys.ts';
import { createAlertChannel } from '#holding/telegram/alert-channel.ts';
import { chatOfBot } from '#holding/telegram/chats.ts';
import { createReportCourier, type BotPlace } from '#holding/telegram/report-courier.ts';
import { systemClock } from '#lib/clock.ts';
import { sayIn } from '#lib/language.ts';
import type { Log } from '#lib/log.ts';
import { createPace, type PaceOptions } from '#queue/pace.ts';
import { readSnapshot } from './first-page.ts';
import type { Settings } from './settings.ts';

/** How this process speaks in Telegram by itself, without the bridge: an alert must not wait for it. */
export interface Voice {
  readonly couriers: readonly Courier[];
  readonly channels: readonly Channel[];
}

/** Nothing where there is no bot. It keeps the pace with the bridge in Redis, and alone without it. */
export async function openVoice({ env, paths }: Settings, redis: PaceOptions['redis']): Promise<Voice> {
  const { telegram, network, language } = env;
  if (telegram === undefined) return { couriers: [], channels: [] };
  // Node's HTTP client takes 5 MiB, which a worker without a bot does not need.
  const { createTelegrafTransport } = await import('#holding/telegram/telegraf-transport.ts');
  const place: BotPlace = {
    transport: createTelegrafTransport({ ...telegram, network, pace: createPace({ redis }) }),
    chat: chatOfBot(paths.botChats, 'omega', telegram),
  };
  const alerts = createAlertChannel({ ...place, say: sayIn(language) });
  return { couriers: [createReportCourier(place)], channels: [alerts] };
}

/** What is written to the owner, sealed and sent. */
export function openReports(options: {
  readonly settings: Settings;
  readonly store: Past;
  readonly couriers: readonly Courier[];
  readonly log: Log;
}): Outbox & Disposable {
  const { settings, store, couriers, log } = options;
  const { env, paths } = settings;
  const { language, timezone, quietHours: hours } = env;
  const keys = reportKeys(env.reports.encryptionKey);
  const outbox = createOutbox({
    paths,
    couriers,
    keys,
    desk: createLetterDesk({
      units: paths.units,
      snapshot: () => readSnapshot(paths),
      store,
      language,
      timezone,
      clock: systemClock,
      log,
      wantsCanary: () => keys.recipients.length > 0 && !outbox.standing().verified,
    }),
    plaintext: env.reports.plaintext,
    language,
    clock: systemClock,
    log,
    sounds: (kind, now) => kind === 'incident' && quietUntil(now, { hours, timezone }) === null,
  });
  return outbox;
}
