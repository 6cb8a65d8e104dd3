import { once } from 'node:events';
import type { ReportLine, Snapshot } from '#holding/health/snapshot.ts';
import { systemClock } from '#lib/clock.ts';
import { readEnv, type Env } from '#lib/env.ts';
import { OmegaError } from '#lib/errors.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { lookBeforeStart } from './before-start.ts';
import { paint, runCommand } from './command.ts';
import { startDetached } from './detach.ts';
import { pageFile, untilFirstPage, untilReportShown } from './first-page.ts';
import { openHolding, type Holding } from './holding.ts';
import { tailOfLog } from './log-lines.ts';
import { pageAddress, portNotice, tunnelCommand } from './page-address.ts';
import { tellOnStderr } from './prepare.ts';

/** How long a start waits for its services before it says which one is missing, and goes on. */
const readyPatienceMs = 20_000;
const firstPagePatienceMs = 75_000;
const firstReportPatienceMs = 90_000;

process.once('SIGHUP', () => process.kill(process.pid, 'SIGTERM')); // The window was closed.

await runCommand({
  name: 'npm start',
  summary: 'starts Omega here, and sets up what is missing',
  help: [
    ['npm start', 'in the foreground: closing the window or Ctrl-C stops it'],
    ['npm start -- --once', 'ends after the first heartbeat, report and page'],
    ['npm start -- --detach', 'in the background, until npm run stop or a reboot'],
    ['scripts/start_24_7.sh systemd', 'day and night, through systemd'],
  ],
  outlivesReader: true,
  options: { once: { type: 'boolean' }, detach: { type: 'boolean' }, unit: { type: 'boolean' } },
  run: async ({ values, signal }) => {
    const env = readEnv();
    const paths = dataPaths(env);
    for (const warning of env.warnings) say('!', warning);
    await lookBeforeStart({ env, paths, isOnce: values.once === true, warn: (words) => say('!', words) });
    if (values.detach === true) return startDetached({ env, paths, signal });
    return start({ env, paths, signal, isOnce: values.once === true, byUnit: values.unit === true });
  },
});

interface Start {
  readonly env: Env;
  readonly paths: DataPaths;
  readonly signal: AbortSignal;
  readonly isOnce: boolean;
  readonly byUnit: boolean;
}

async function start(options: Start): Promise<number> {
  const startedAt = systemClock.now();
  const began = performance.now();
  const isSettled = { value: false };
  await using holding = await openHolding({
    ...options,
    tell: tellOnStderr,
    onTrouble: (reason) => say('!', reason),
    onChange: (status) => tellChange(status, { began, isSettled: isSettled.value }),
  });
  if (options.isOnce) return await untilOnce(options, holding, startedAt); // Awaited here: else all of it ends first.
  const missing = await untilReady(holding);
  for (const status of holding.stopped.aborted ? [] : missing) say('!', notReady(status));
  isSettled.value = true;
  await tellWhere(options, holding);
  if (!holding.stopped.aborted) await once(holding.stopped, 'abort');
  await tellEnd(holding);
  return 0;
}

/** While starting each service that is there; later only what deserves a person's attention. */
function tellChange(status: ServiceStatus, { began, isSettled }: { began: number; isSettled: boolean }): void {
  const { name, state, restarts, lastExit } = status;
  if (state === 'ready' && restarts === 0 && !isSettled) tellOnStderr(`${name} ready`, performance.now() - began);
  else if (state === 'ready' && restarts > 0) say('✓', `${name} is ready again`);
  else if (state === 'backoff') say('!', `${name} ended: ${lastExit}; it is started again (npm run logs -- ${name})`);
}

/** Resolves to what is still missing when patience ends. */
async function untilReady({ supervisor, stopped }: Holding): Promise<readonly ServiceStatus[]> {
  const deadline = performance.now() + readyPatienceMs;
  const missing = (): ServiceStatus[] => supervisor.status().filter(({ state }) => state !== 'ready');
  while (missing().length > 0 && performance.now() < deadline && !stopped.aborted) await systemClock.sleep(20);
  return missing();
}

function notReady({ name, lastExit }: ServiceStatus): string {
  return `${name} is not ready yet${lastExit === null ? '' : `: ${lastExit}`}`;
}

async function untilOnce(options: Start, holding: Holding, startedAt: number): Promise<number> {
  const { overall } = await firstPage(options.paths, holding, startedAt);
  tellOnStderr('first heartbeat and page', systemClock.now() - startedAt);
  const report = await firstReport(options.paths, holding, startedAt);
  tellOnStderr('first report', systemClock.now() - startedAt);
  process.stdout.write(`${overall.headline}\nThe page: ${pageFile(options.paths)}\n`);
  process.stdout.write(`The report: npm run reports -- show ${report.id}\n`);
  const [missing] = await untilReady(holding);
  await tellEnd(holding);
  if (missing === undefined) return 0;
  options.signal.throwIfAborted();
  throw new OmegaError(`The page is there, but ${notReady(missing)}.`, {
    code: 'E_NOT_READY',
    hint: `npm run logs -- ${missing.name} tells more, npm run doctor looks for the cause.`,
  });
}

async function firstPage(paths: DataPaths, holding: Holding, startedAt: number): Promise<Snapshot> {
  process.stderr.write('  waiting for the first heartbeat and page\n');
  const patience = AbortSignal.any([holding.stopped, AbortSignal.timeout(firstPagePatienceMs)]);
  try {
    return await untilFirstPage(paths, startedAt, patience);
  } catch (error) {
    if (holding.stopped.aborted || !patience.aborted) throw error;
    throw await noFirstPage(paths, holding);
  }
}

/** The worker asks for one where there is none: on a fresh machine an example. */
async function firstReport(paths: DataPaths, holding: Holding, startedAt: number): Promise<ReportLine> {
  process.stderr.write('  waiting for the first report\n');
  const patience = AbortSignal.any([holding.stopped, AbortSignal.timeout(firstReportPatienceMs)]);
  try {
    return await untilReportShown(paths, startedAt, patience);
  } catch (error) {
    if (holding.stopped.aborted || !patience.aborted) throw error;
    throw new OmegaError(`The page is there, but no report within ${firstReportPatienceMs / 1000} s.`, {
      code: 'E_NO_FIRST_REPORT',
      hint: 'npm run jobs -- history trend-report says what became of it.',
    });
  }
}

async function noFirstPage(paths: DataPaths, { supervisor }: Holding): Promise<OmegaError> {
  const services = supervisor.status();
  const failing = services.find(({ state }) => state !== 'ready') ?? services.find(({ name }) => name === 'worker');
  const name = failing?.name ?? 'worker';
  const tail = await tailOfLog(paths.logs, name, 15);
  const words = tail.length === 0 ? 'It said nothing.' : tail.join('\n    ');
  return new OmegaError(
    `No heartbeat and page within ${firstPagePatienceMs / 1000} s. The last of ${name}:\n    ${words}`,
    {
      code: 'E_NO_FIRST_PAGE',
      hint: 'npm run doctor looks for the cause.',
    },
  );
}

async function tellWhere({ env, paths, byUnit }: Start, { supervisor, stopped }: Holding): Promise<void> {
  if (stopped.aborted) return;
  const edge = supervisor.status().find(({ name }) => name === 'edge');
  const address = await pageAddress(paths, edge?.pid);
  if (address === null) return say('!', 'The page is not served yet; npm run status tells when it is.');
  const notice = portNotice(env, address);
  if (notice !== null) say('!', notice);
  const tunnel = tunnelCommand(env, address);
  const lines = [
    `Omega runs. The page: ${paint('bold', address.url)}`,
    ...(tunnel === null ? [] : [`To see it from your own machine, type there: ${tunnel}`]),
    ...(byUnit ? [] : ['Closing this window stops it; day and night: scripts/start_24_7.sh systemd']),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function tellEnd(holding: Holding): Promise<void> {
  const began = performance.now();
  process.stderr.write('  stopping\n');
  await holding.supervisor.stop();
  tellOnStderr('all stopped', performance.now() - began);
}

function say(mark: '!' | '✓', words: string): void {
  const painted = paint(mark === '!' ? 'yellow' : 'green', mark, process.stderr);
  process.stderr.write(`${painted} ${words}\n`);
}
