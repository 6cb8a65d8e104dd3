import { createServer } from 'node:net';
import { once } from 'node:events';
import { readEnv, type Env, usualEdgePort } from '#lib/env.ts';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import { redact, silentLog } from '#lib/log.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';
import { fault, findingOf, fine, unknown, warning, type Finding, type Look, type Seen } from '#ops/doctor/finding.ts';
import { lookAtOwnRedis, machineLooks } from '#ops/doctor/machine.ts';
import { reachLooks } from '#ops/doctor/reach.ts';
import { lookAtServices } from '#ops/doctor/services.ts';
import { storageLooks } from '#ops/doctor/storage.ts';
import { systemdLooks } from '#ops/doctor/systemd.ts';
import { isAlive, lockOwner } from '#ops/lock.ts';
import { connect, requireRedis } from '#queue/connection.ts';
import { paint, printJson, runCommand } from './command.ts';
import { databaseLooks, databases } from './doctor-databases.ts';
import { lookAtDictionary } from './doctor-dictionary.ts';
import { lookAtMemory } from './doctor-memory.ts';
import { pageAddress } from './page-address.ts';
import { isSiteBuilt } from './prepare.ts';
import { readReportKeys } from './report-keys.ts';

const marks = {
  fine: paint('green', '✓'),
  warning: paint('yellow', '!'),
  fault: paint('red', '✗'),
  unknown: '–',
} as const;

await runCommand({
  name: 'npm run doctor',
  summary: 'looks at the machine and the configuration, and says how to mend each fault',
  help: [
    ['npm run doctor', '✓ fine   ! warning   ✗ fault   – not known here'],
    ['npm run doctor -- --json', 'the same, for scripts'],
  ],
  options: { json: { type: 'boolean', default: false } },
  run: async ({ values }) => {
    const findings = await lookAtAll();
    if (values.json) printJson({ findings });
    else process.stdout.write(describeAll(findings));
    return findings.some(({ state }) => state === 'fault') ? 1 : 0;
  },
});

async function lookAtAll(): Promise<Finding[]> {
  const configuration = readConfiguration();
  const looks = { ...machineLooks, 'status page': lookAtSite, dictionary: () => lookAtDictionary(), ...systemdLooks };
  if ('faults' in configuration) {
    const needing = [
      '.env',
      'keys',
      'data folder',
      'free space',
      'leftovers',
      ...databases,
      'memory',
      'services',
      'Redis',
      'port',
      'Tailscale',
      'network',
      'report keys',
    ];
    const later = unknown('not looked at: the configuration must be mended first');
    return [...configuration.faults, ...(await lookAt(looks)), ...needing.map((subject) => findingOf(subject, later))];
  }
  const { env } = configuration;
  const paths = dataPaths(env);
  const own = {
    ...storageLooks(paths, env.secrets),
    ...databaseLooks(paths),
    memory: () => lookAtMemory({ env, paths }),
    services: () => lookAtServices(paths),
    Redis: () => (env.redisUrl === undefined ? lookAtOwnRedis(paths) : lookAtRedis(env.redisUrl)),
    port: () => lookAtPort(env, paths),
    ...reachLooks(env),
    'report keys': async () => lookAtReportKeys(env),
  };
  const findings = [...warningsOf(env), ...(await lookAt({ ...looks, ...own }))];
  return findings.map((finding) => Object.assign(finding, { what: redact(finding.what, env.secrets) }));
}

/** One finding a fault, for the owner mends them one by one. */
function readConfiguration(): { readonly env: Env } | { readonly faults: Finding[] } {
  try {
    return { env: readEnv() };
  } catch (error) {
    if (!(error instanceof OmegaError) || error.code !== 'E_CONFIG') throw error;
    const lines = error.message.split('\n').filter((line) => line.startsWith('  - '));
    const mend = error.hint ?? '';
    return { faults: lines.map((line) => findingOf('configuration', fault(line.slice(4), mend))) };
  }
}

function warningsOf(env: Env): Finding[] {
  if (env.warnings.length === 0) return [findingOf('configuration', fine('no fault'))];
  return env.warnings.map((what) => findingOf('configuration', warning(what, 'correct or remove that name')));
}

async function lookAt(looks: Readonly<Record<string, Look>>): Promise<Finding[]> {
  const found = Object.entries(looks).map(async ([subject, look]) => findingOf(subject, await look().catch(notSeen)));
  return await Promise.all(found);
}

function notSeen(error: unknown): Seen {
  return unknown(`could not be looked at: ${messageOf(error).split('\n')[0]}`);
}

async function lookAtSite(): ReturnType<Look> {
  if (await isSiteBuilt()) return fine('built from the sources as they are');
  return warning('not built from the sources as they are', 'npm start, or npm run site:build');
}

function lookAtReportKeys(env: Env): Seen {
  try {
    const { length } = readReportKeys(env);
    if (length > 0) return fine(`reports are sealed for ${length}`);
    return warning(
      'none is set, so no report leaves this machine',
      'npm run reports -- keys list says how to make one',
    );
  } catch (error) {
    if (!(error instanceof OmegaError)) throw error;
    return fault(error.message, error.hint ?? 'npm run reports -- keys list');
  }
}

/** Somebody else's Redis must keep jobs over a restart, and may never throw one away. */
async function lookAtRedis(url: string): ReturnType<Look> {
  const redis = connect({ url }, { patience: 'prompt', log: silentLog });
  try {
    await requireRedis(redis);
    const info = await redis.info();
    const field = (name: string): string | undefined => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim();
    const version = field('redis_version') ?? 'of unknown version';
    if (field('maxmemory_policy') === undefined)
      return unknown(`${version} answers, but does not tell its memory policy`);
    if (field('maxmemory_policy') !== 'noeviction') {
      return fault(
        `it may throw jobs away (maxmemory-policy ${field('maxmemory_policy')})`,
        'set maxmemory-policy noeviction',
      );
    }
    if (field('aof_enabled') !== '1')
      return warning('jobs are lost when it restarts: no append-only file', 'set appendonly yes');
    return fine(`${version} answers, keeps what it is given`);
  } catch (error) {
    const mend = 'see to REDIS_URL in .env, or leave it out for a private one';
    if (!(error instanceof OmegaError)) throw error;
    const isUnreachable = error.code === 'E_REDIS_UNREACHABLE'; // Its hint is to come here.
    return fault(`${URL.parse(url)?.host}: ${error.message}`, isUnreachable ? mend : (error.hint ?? mend));
  } finally {
    redis.disconnect();
  }
}

async function lookAtPort(env: Env, paths: DataPaths): ReturnType<Look> {
  const port = env.edgePort ?? usualEdgePort;
  const where = `${env.edgeHost}:${port}`;
  const server = createServer();
  try {
    server.listen(port, env.edgeHost);
    await once(server, 'listening');
    return fine(`${where} is free`);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE')
      return fault(`${where} cannot be used: ${messageOf(error)}`, 'see to OMEGA_EDGE_HOST');
    const page = isRunning(paths) ? await pageAddress(paths) : null;
    if (page !== null && isAlive(page.pid)) {
      if (page.port === port) return fine(`the page is on ${where}`);
      return warning(
        `${where} is taken by another program; the page is on ${page.port}`,
        'end that one, then npm run stop and npm start',
      );
    }
    if (env.edgePort === undefined)
      return warning(`${where} is taken by another program; the next free one is used`, 'set OMEGA_EDGE_PORT');
    return fault(`${where} is taken by another program`, 'set OMEGA_EDGE_PORT to a free one, or leave it out');
  } finally {
    server.close();
  }
}

function isRunning(paths: DataPaths): boolean {
  try {
    return lockOwner(paths) !== null;
  } catch {
    return false; // No such folder yet: nothing can run there.
  }
}

function describeAll(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const lines = findings.map(({ subject, state, what, mend }) => {
    const line = `${marks[state]} ${subject.padEnd(width)}  ${what}`;
    return mend === undefined ? line : `${line}\n  ${' '.repeat(width)}  → ${mend}`;
  });
  const count = (state: Finding['state']): number => findings.filter((finding) => finding.state === state).length;
  const sum = `${count('fault')} faults, ${count('warning')} warnings, ${count('unknown')} not known here`;
  return `${lines.join('\n')}\n\n${sum}\n`;
}
