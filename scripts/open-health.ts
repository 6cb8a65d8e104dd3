import manifest from '../package.json' with { type: 'json' };
import { createAlertSender } from '#holding/health/alerts/deliver.ts';
import { createFileChannel } from '#holding/health/alerts/file-channel.ts';
import { createOutside, type Outside } from '#holding/health/alerts/outside.ts';
import type { AlertSender, Channel } from '#holding/health/alerts/deliver.ts';
import type { Check, Probes, QueueProbe } from '#holding/health/check.ts';
import * as checkCatalogue from '#holding/health/checks/index.ts';
import { modelCheck } from '#holding/health/each/model-check.ts';
import { outsideCheck } from '#holding/health/each/outside-check.ts';
import { telegramCheck } from '#holding/health/each/telegram-check.ts';
import { toolChecks } from '#holding/health/each/tool-check.ts';
import { unitChecks } from '#holding/health/each/unit-check.ts';
import { zwartehandCheck } from '#holding/health/each/zwartehand-check.ts';
import type { Health } from '#holding/health/health.ts';
import { createHealth } from '#holding/health/heartbeat.ts';
import { createOwnChecks, withOwnChecks, type OwnChecks } from '#holding/health/own/own-checks.ts';
import type { HealthStore } from '#holding/health/store/store.ts';
import type { Outbox } from '#holding/report/outbox.ts';
import { createRunUses } from '#holding/swarm/run-use.ts';
import { sealProbe } from '#holding/report/seal-probe.ts';
import { listReports } from '#holding/report/trend/store.ts';
import { createUnitProbe } from '#holding/swarm/unit-standings.ts';
import { freshBotState } from '#holding/telegram/bot-state.ts';
import { systemClock } from '#lib/clock.ts';
import { sayIn } from '#lib/language.ts';
import type { Log } from '#lib/log.ts';
import { createControlClient } from '#ops/control-client.ts';
import { dayAndNight } from '#ops/day-and-night.ts';
import { compileSchedule } from '#queue/schedule.ts';
import { checksFileOf, type Settings } from './settings.ts';
import type { ToolServers } from './tool-servers.ts';
import { allUnits, unitJobs, type Tools } from './tools.ts';

/** What the heartbeat is made of, and what it makes. */
export interface OpenHealth {
  readonly health: Health;
  readonly alerts: AlertSender;
  readonly outside: Outside;
  readonly checks: () => readonly Check[];
  readonly probes: Probes;
}

export interface HealthParts {
  readonly settings: Settings;
  readonly servers: ToolServers;
  readonly store: HealthStore;
  readonly queue: QueueProbe;
  readonly tools: Tools;
  readonly memory: Probes['memory'];
  readonly outbox: Pick<Outbox, 'standing'>;
  /** By which the owner is told, besides files. */
  readonly channels: readonly Channel[];
  readonly log: Log;
  /** What is opened here is closed with it. */
  readonly opening: AsyncDisposableStack;
}

/** So many of the newest reports stand in the snapshot. */
const shownReports = 5;
const dayMs = 86_400_000;

/** Joins the checks with what they look at, and the heartbeat with whom it tells. */
export function openHealth({ opening, ...parts }: HealthParts): OpenHealth {
  const { settings, servers, store, log } = parts;
  const { env, paths } = settings;
  const secrets = [...env.secrets, ...servers.config.secrets];
  const common = { clock: systemClock, log, timezone: env.timezone, language: env.language };
  const builtIn = builtInChecks(parts);
  const own = opening.use(createOwnChecks(ownOptions(settings, builtIn, log)));
  const checks = withOwnChecks(builtIn, own);
  const channels = [createFileChannel({ folder: paths.alerts, ...common }), ...parts.channels];
  const alerts = createAlertSender({ store, channels, ...common, say: sayIn(env.language), secrets });
  const outside = opening.use(createOutside({ url: env.pingUrl, network: env.network, ...common }));
  const probes = probesOf(parts, { alerts: alerts.standing, outside: outside.standing, ownChecks: own.standing });
  const health = createHealth({
    ...common,
    store,
    checks,
    probes,
    paths,
    quietHours: env.quietHours,
    version: manifest.version,
    network: env.networkHost,
    reports: () => listReports(paths.units, { limit: shownReports }),
    unitJobs,
    secrets,
  });
  return { health, alerts, outside, checks, probes };
}

function builtInChecks({ settings: { env }, servers }: Pick<HealthParts, 'settings' | 'servers'>): readonly Check[] {
  return [
    ...Object.values(checkCatalogue),
    outsideCheck(env),
    telegramCheck(env.telegram, env.network),
    zwartehandCheck(env.zwartehand),
    modelCheck(env.llm, env.network),
    ...toolChecks(servers.config.servers),
    ...unitChecks(allUnits.map(({ id, name }) => ({ id, name, reportEveryMs: dayMs }))),
  ];
}

function ownOptions(
  { env, paths }: Settings,
  builtIn: readonly Check[],
  log: Log,
): Parameters<typeof createOwnChecks>[0] {
  return {
    path: checksFileOf({ env, paths }),
    goodPath: paths.checksGood,
    builtIn: builtIn.map(({ id }) => id),
    variable: env.variable,
    timezone: env.timezone,
    cwd: paths.data,
    nextOf: nextOfSchedule,
    log,
  };
}

/** Once in a night when clocks are changed, as the jobs of a local time. Never: Infinity. */
function nextOfSchedule(cron: string, timezone: string, after: number): number {
  const schedule = { cron, timezone: 'local', daylightSaving: 'once' } as const;
  const timetable = compileSchedule('checks.yaml', schedule, { localTimezone: timezone, now: after });
  return timetable.after(after) ?? Number.POSITIVE_INFINITY;
}

function probesOf(
  { settings: { env, paths }, store, queue, tools, memory, outbox }: Omit<HealthParts, 'opening'>,
  tellers: Pick<Probes, 'alerts' | 'outside'> & { readonly ownChecks: OwnChecks['standing'] },
): Probes {
  return {
    ...tellers,
    queue,
    supervisor: createControlClient(paths.controlSocket),
    tools: tools.probe,
    units: createUnitProbe(tools.mandates, paths.units, createRunUses(paths.ledgerDb)),
    memory,
    pushes: store.pushes,
    outbox: outbox.standing,
    sealProbe: () => sealProbe(paths.reportSigningKey),
    bridge: () => freshBotState(paths.bridgeState, systemClock.now()),
    zwartehand: () => freshBotState(paths.zwartehandState, systemClock.now()),
    systemd: dayAndNight,
    backups: paths.backups,
    tailscaleSocket: env.tailscaleSocket,
    dataDir: paths.data,
    page: `${paths.site}/index.html`,
  };
}
