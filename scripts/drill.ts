import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { readEnv } from '#lib/env.ts';
import { OmegaError, usageError } from '#lib/errors.ts';
import { dataPaths, root, type DataPaths } from '#lib/paths.ts';
import { createControlClient } from '#ops/control-client.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { paint, printJson, runCommand } from './command.ts';

const patienceMs = 60_000;

await runCommand({
  name: 'npm run drill',
  summary: 'kills a part while you watch: detected, started again, ready, and a job runs again',
  help: [
    ['npm run drill', 'kills the worker'],
    ['npm run drill -- redis', 'or another service: redis, edge, worker'],
    ['npm run drill -- --json', 'the measured milliseconds, as one object'],
  ],
  options: { json: { type: 'boolean' } },
  run: async ({ values, positionals, signal }) => {
    const paths = dataPaths(readEnv());
    const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    const tell = values.json === true ? silently : tellLine;
    const figures = await drill(paths, { service: positionals[0] ?? 'worker', tell, signal: patience });
    if (values.json === true) printJson(figures);
  },
});

/** Milliseconds after the kill. */
interface Figures {
  readonly service: string;
  readonly detectedMs: number;
  readonly restartedMs: number;
  readonly readyMs: number;
  /** A canary job went through the queue again; the time of the command that sent it is part of it. */
  readonly jobMs: number;
}

type TellFigure = (what: string, ms: number | null) => void;

interface Drill {
  readonly service: string;
  readonly tell: TellFigure;
  readonly signal: AbortSignal;
}

async function drill(paths: DataPaths, { service, tell, signal }: Drill): Promise<Figures> {
  const client = createControlClient(paths.controlSocket);
  const pid = requirePid(await client.services(signal), service);
  const changes = client.watch(signal)[Symbol.asyncIterator]();
  const until = untilChange(changes, service, signal);
  await until(({ state }) => state === 'ready'); // The stream begins with how things stand: now nothing is missed.
  const killedAt = performance.now();
  process.kill(pid, 'SIGKILL');
  tell(`${service} (process ${pid}) killed with -9 at ${new Date().toLocaleTimeString('sv')}`, null);
  const after = (what: string): number => {
    const ms = Math.round(performance.now() - killedAt);
    tell(what, ms);
    return ms;
  };
  await until((status) => status.state !== 'ready' || status.pid !== pid);
  const detectedMs = after('detected');
  const { pid: newPid } = await until((status) => status.pid !== null && status.pid !== pid);
  const restartedMs = after(`started again as process ${newPid}`);
  await until(({ state }) => state === 'ready');
  const readyMs = after('ready');
  await changes.return?.();
  await runCanary(signal);
  return { service, detectedMs, restartedMs, readyMs, jobMs: after('a job ran through the queue again') };
}

function requirePid(services: readonly ServiceStatus[], name: string): number {
  const found = services.find((service) => service.name === name);
  if (found === undefined) {
    throw usageError(
      `There is no service ${name} here.`,
      `These run: ${services.map((service) => service.name).join(', ')}.`,
    );
  }
  if (found.state === 'ready' && found.pid !== null) return found.pid;
  throw new OmegaError(`${name} is ${found.state}, so a drill would show nothing.`, {
    code: 'E_NOT_READY',
    hint: 'npm run status shows how it stands; try again once it is ready.',
    exitCode: 75,
  });
}

function untilChange(changes: AsyncIterator<ServiceStatus>, service: string, signal: AbortSignal) {
  return async (fulfils: (status: ServiceStatus) => boolean): Promise<ServiceStatus> => {
    for (;;) {
      const next = await changes.next();
      if (next.done === true) throw await endedTooSoon(signal);
      if (next.value.name === service && fulfils(next.value)) return next.value;
    }
  };
}

async function endedTooSoon(signal: AbortSignal): Promise<OmegaError> {
  const why = signal.aborted ? `it was not there again within ${patienceMs / 1000} s` : 'the supervisor ended';
  return new OmegaError(`The drill failed: ${why}.`, {
    code: 'E_DRILL',
    hint: 'npm run status and npm run logs tell more.',
  });
}

/** As the owner would: the command that runs a job by hand. */
async function runCanary(signal: AbortSignal): Promise<void> {
  const script = join(root, 'scripts', 'job.ts');
  const args = [...process.execArgv, script, 'canary', '--json'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { signal });
    z.object({ outcome: z.literal('done') }).parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } catch (error) {
    throw new OmegaError('The drill failed: no job ran afterwards.', {
      code: 'E_DRILL',
      hint: 'npm run job:canary shows what happens.',
      cause: error,
    });
  }
}

function tellLine(what: string, ms: number | null): void {
  const when = ms === null ? '' : paint('bold', `${ms} ms`.padStart(9));
  process.stdout.write(ms === null ? `${paint('yellow', '✗')} ${what}\n` : `${when}  ${what}\n`);
}

function silently(): void {
  // With --json the figures come at the end, all at once.
}
