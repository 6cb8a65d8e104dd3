import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '#lib/paths.ts';
import { createControlClient } from '#ops/control-client.ts';
import { isAlive, lockOwner } from '#ops/lock.ts';
import type { ServiceSettings } from '#ops/service.ts';
import { temporarySettings } from '../support/ops.ts';

const Outcome = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });
type Outcome = z.infer<typeof Outcome>;

function environment({ paths }: ServiceSettings, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...process.env, OMEGA_DATA_DIR: paths.data, NO_COLOR: '1', ...more };
}

/** Runs a command of Omega's to its end, as a person would in a shell. */
async function command(
  settings: ServiceSettings,
  args: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const [script = '', ...rest] = args;
  try {
    const call = promisify(execFile)(process.execPath, [join(root, 'scripts', script), ...rest], {
      env: environment(settings, more),
    });
    return { code: 0, ...(await call) };
  } catch (error) {
    return Outcome.parse(error);
  }
}

/** Omega in the foreground, once its page is served. */
async function foreground(
  settings: ServiceSettings,
): Promise<{ main: ChildProcess; said: () => string } & AsyncDisposable> {
  const main = spawn(process.execPath, [join(root, 'scripts', 'start.ts')], {
    env: environment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [main.stdout, main.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  while (!said.includes('The page: ') && main.exitCode === null) await delay(20);
  const end = async (): Promise<void> => {
    if (main.exitCode === null && main.signalCode === null && main.kill('SIGKILL')) await once(main, 'exit');
  };
  return { main, said: () => said, [Symbol.asyncDispose]: end };
}

async function pidsOf({ paths }: ServiceSettings): Promise<(number | null)[]> {
  const services = await createControlClient(paths.controlSocket).services(AbortSignal.timeout(5000));
  return services.map(({ pid }) => pid);
}

test('a start that is asked for once ends with the first heartbeat, report and page, and leaves nothing running', async () => {
  await using settings = await temporarySettings();
  const { code, stdout, stderr } = await command(settings, ['start.ts', '--once']);
  expect(stderr).toMatch(/redis ready .*\n(.*\n)*.*worker ready .*\n(.*\n)*.*first heartbeat and page /);
  expect(stdout).toContain(`The page: ${join(settings.paths.site, 'index.html')}`);
  expect(stdout).toMatch(/^The report: npm run reports -- show trend-\d{4}-\d\d-\d\d-example$/m);
  expect(code).toBe(0);
  expect(existsSync(join(settings.paths.site, 'index.html'))).toBe(true);
  expect(readdirSync(settings.paths.run).filter((name) => name.endsWith('.sock'))).toEqual([]);
  expect(lockOwner(settings.paths)).toBeNull();
});

test('a single start ends with 1 where a service is still not ready in the end, and says which', async () => {
  await using settings = await temporarySettings();
  mkdirSync(join(settings.paths.run, 'edge.json')); // Where the edge cannot write its address, it cannot be ready.
  const { code, stdout, stderr } = await command(settings, ['start.ts', '--once']);
  expect(stdout).toContain('The page: ');
  expect(stderr).toMatch(/✗ The page is there, but edge is not ready yet: exit code 1\.\n {2}→ npm run logs -- edge /);
  expect(code).toBe(1);
});

test('Ctrl-C ends everything in an orderly way within seconds', async () => {
  await using settings = await temporarySettings();
  await using running = await foreground(settings);
  const pids = await pidsOf(settings);
  const began = performance.now();
  running.main.kill('SIGINT');
  expect(await once(running.main, 'exit')).toEqual([0, null]);
  expect(performance.now() - began).toBeLessThan(5000);
  expect(pids.map(isAlive)).toEqual([false, false, false, false]);
  expect(running.said()).toContain('Closing this window stops it; day and night: scripts/start_24_7.sh systemd');
});

test('it goes on when whoever read along has gone', async () => {
  await using settings = await temporarySettings();
  await using running = await foreground(settings);
  const [worker] = (await pidsOf(settings)).slice(-1);
  running.main.stdout?.destroy();
  running.main.stderr?.destroy();
  process.kill(worker ?? 0, 'SIGKILL'); // That it was started again is written to nobody.
  await expect.poll(async () => (await pidsOf(settings)).at(-1), { timeout: 10_000 }).not.toBe(worker);
  await expect.poll(async () => (await pidsOf(settings)).every(isAlive), { timeout: 10_000 }).toBe(true);
  expect(running.main.exitCode).toBeNull();
});

test('while it runs a second start names the page and ends with 75', async () => {
  await using settings = await temporarySettings();
  await using _running = await foreground(settings);
  const { code, stderr } = await command(settings, ['start.ts']);
  expect(code).toBe(75);
  expect(stderr).toMatch(/already runs here as process \d+\. Its page: http:\/\/127\.0\.0\.1:\d+\//);
});

test('status shows each service while it runs, and says what to do while it does not', async () => {
  await using settings = await temporarySettings();
  const before = await command(settings, ['status.ts', '--json']);
  expect([before.code, JSON.parse(before.stdout)]).toEqual([
    1,
    expect.objectContaining({ running: false, overall: null }),
  ]);
  await using running = await foreground(settings);
  const during = await command(settings, ['status.ts']);
  expect(during.stdout).toMatch(/redis +ready +\d+/);
  expect(during.code).toBe(0);
  running.main.kill('SIGKILL');
  await once(running.main, 'exit');
  const after = await command(settings, ['status.ts']);
  expect([after.code, after.stdout]).toEqual([1, expect.stringContaining('Start it with npm start.')]);
});

test('stop_holding.sh ends what was started in the background, says so, and is content when nothing runs', async () => {
  await using settings = await temporarySettings();
  const { stdout, code } = await command(settings, ['start.ts', '--detach']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('Omega runs in the background')]);
  const pids = await pidsOf(settings);
  const stopped = await promisify(execFile)('sh', [join(root, 'scripts', 'stop_holding.sh')], {
    env: environment(settings),
  });
  expect(stopped.stdout).toMatch(
    /^Ended: the supervisor \(process \d+\) with redis, chroma, worker, edge|^Ended: .*edge/,
  );
  expect(pids.map(isAlive)).toEqual([false, false, false, false]);
  expect((await command(settings, ['stop.ts'])).stdout).toBe('Omega was not running here.\n');
});

test('a drill kills the worker and measures until a job runs again', async () => {
  await using settings = await temporarySettings();
  await using _running = await foreground(settings);
  const { stdout, stderr, code } = await command(settings, ['drill.ts', '--json']);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  const figures = z
    .object({ detectedMs: z.number(), readyMs: z.number(), jobMs: z.number() })
    .parse(JSON.parse(stdout));
  expect(figures.detectedMs).toBeLessThan(1000);
  expect(figures.jobMs).toBeGreaterThan(figures.readyMs);
});

test('a port that was chosen and is taken ends with 2 before anything is started', async () => {
  await using settings = await temporarySettings();
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = z.object({ port: z.number() }).parse(squatter.address());
  const { code, stderr } = await command(settings, ['start.ts'], { OMEGA_EDGE_PORT: String(port) });
  squatter.close();
  expect(code).toBe(2);
  expect(stderr).toContain(`OMEGA_EDGE_PORT is ${port}, and that cannot be used: another program listens there.`);
  expect(readdirSync(settings.paths.run)).toEqual([]);
});

test('a unit of our name that starts something else is told of, and not touched', async () => {
  await using settings = await temporarySettings();
  const folder = join(settings.paths.data, 'home', '.config', 'systemd', 'user');
  mkdirSync(folder, { recursive: true });
  const foreign = '[Service]\nExecStart=/opt/older/launch\n';
  writeFileSync(join(folder, 'omega-holding.service'), foreign);
  const { stderr, code } = await command(settings, ['start.ts', '--once'], { HOME: join(settings.paths.data, 'home') });
  expect([code, stderr]).toEqual([0, expect.stringContaining("that is not this Omega's lies in")]);
  expect(readFileSync(join(folder, 'omega-holding.service'), 'utf8')).toBe(foreign);
});

test('logs are shown for a person, and as they are kept with --json', async () => {
  await using settings = await temporarySettings();
  const entry = { level: 'warn', time: new Date().toISOString(), name: 'edge', msg: 'it rains', since: 3 };
  const old = { ...entry, time: new Date(Date.now() - 7_200_000).toISOString(), msg: 'long ago' };
  writeFileSync(join(settings.paths.logs, 'edge.log'), `${JSON.stringify(old)}\n${JSON.stringify(entry)}\n`);
  const shown = await command(settings, ['logs.ts', 'edge']);
  expect(shown.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d edge {7}! it rains since=3\n$/);
  const raw = await command(settings, ['logs.ts', '--json', '--since', '3h']);
  expect(raw.stdout).toBe(`${JSON.stringify(old)}\n${JSON.stringify(entry)}\n`);
  const unknown = await command(settings, ['logs.ts', 'nobody']);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('These do: edge.')]);
});
