import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { processRun } from '#holding/health/own/process.ts';
import { systemdRun } from '#holding/health/own/systemd.ts';
import { systemClock } from '#lib/clock.ts';
import { inEnglish, probesOf, temporaryFolder } from '../../support/health.ts';
import { checkOf, look } from '../../support/own-checks.ts';

const context = { clock: systemClock, probes: probesOf(), signal: new AbortController().signal };
/** Vitest would wait for a second; a busy machine needs longer to start or end a process. */
const patient = { timeout: 5000 };

/** A process of the test's own, that can be told from all others. */
async function sleeper(mark: string) {
  const lives = 'console.log("lives"); setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, ['-e', lives, mark], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data'); // Before it runs it bears other names.
  return child;
}

test('a process is found by its command line until it ends', async () => {
  const mark = `mark-${crypto.randomUUID()}`;
  const child = await sleeper(mark);
  const check = checkOf({ kind: 'process', commandLine: mark });
  expect(await look(check)).toMatchObject({ status: 'ok', reason: `Runs as process ${child.pid}` });
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect(await look(check)).toMatchObject({ status: 'fail', reason: `No process “${mark}” runs` });
});

test('a process is found by its short name', async () => {
  const child = await sleeper('named');
  const comm = readFileSync(`/proc/${child.pid}/comm`, 'utf8').trim();
  expect(await look(checkOf({ kind: 'process', process: comm }))).toMatchObject({ status: 'ok' });
  expect(await look(checkOf({ kind: 'process', process: `${comm.slice(0, 8)}-not` }))).toMatchObject({
    status: 'fail',
  });
});

test('a process is found by its pidfile, and missed where that is stale, strange or gone', async () => {
  using folder = temporaryFolder();
  const pidfile = join(folder.path, 'my.pid');
  const check = checkOf({ kind: 'process', pidfile });
  expect(await look(check)).toMatchObject({ status: 'fail', reason: `There is no ${pidfile}` });
  writeFileSync(pidfile, `${process.pid}\n`);
  expect(await look(check)).toMatchObject({ status: 'ok' });
  writeFileSync(pidfile, '4194305\n');
  expect(await look(check)).toMatchObject({ status: 'fail' });
  writeFileSync(pidfile, '../../etc/passwd');
  expect(await look(check)).toMatchObject({ status: 'fail', reason: `${pidfile} names no process` });
});

test('a process that has ended and was not fetched does not run', async () => {
  const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [pid] = (await once(parent.stdout, 'data')).map((chunk) => String(chunk).trim());
  using folder = temporaryFolder();
  const pidfile = join(folder.path, 'my.pid');
  writeFileSync(pidfile, pid ?? '');
  await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '), patient);
  expect(await look(checkOf({ kind: 'process', pidfile }))).toMatchObject({ status: 'fail' });
});

test('where the kernel tells of no processes nothing is known', async () => {
  const run = processRun({ process: 'sshd' }, '/nonexistent');
  await expect(run(context)).rejects.toThrow('ENOENT');
});

test('a command says how it is by its exit code and first line', async () => {
  const command = (script: string, more = {}) =>
    look(checkOf({ kind: 'command', command: ['sh', '-c', script], ...more }));
  expect(await command('echo; echo 3 disks well; echo more')).toMatchObject({ status: 'ok', reason: '3 disks well' });
  expect(await command('true')).toMatchObject({ status: 'ok', reason: 'Done' });
  expect(await command('echo one is gone >&2; exit 2')).toMatchObject({
    status: 'fail',
    reason: 'Exit code 2: one is gone',
  });
  expect(await command('exit 1', { warnExitCodes: [1] })).toMatchObject({ status: 'warn', reason: 'Exit code 1' });
  expect(await command('kill -9 $$')).toMatchObject({ status: 'fail', reason: 'Killed by SIGKILL' });
});

test('a command is no shell script', async () => {
  const found = await look(checkOf({ kind: 'command', command: ['/bin/echo', '$HOME; id'] }));
  expect(found.reason).toBe('$HOME; id');
});

test('a command that is not there leaves it unknown', async () => {
  const gone = await look(checkOf({ kind: 'command', command: ['/nonexistent/check'] }));
  expect(gone).toMatchObject({ status: 'unknown', reason: '/nonexistent/check cannot be run here (ENOENT)' });
  const nowhere = await look(checkOf({ kind: 'command', command: ['true'], cwd: '/nonexistent' }));
  expect(nowhere.status).toBe('unknown');
});

test('a command is given nothing of what Omega was configured with', async () => {
  vi.stubEnv('OMEGA_TELEGRAM_BOT_TOKEN', 'hunter2');
  vi.stubEnv('BRAVE_API_KEY', 'hunter2');
  onTestFinished(() => void vi.unstubAllEnvs());
  using folder = temporaryFolder();
  const path = join(folder.path, 'environment');
  await look(checkOf({ kind: 'command', command: ['sh', '-c', `env > ${path}`] }));
  const names = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(names).toContain('PATH');
  expect(names.filter((name) => /OMEGA|BRAVE|NODE/.test(name ?? ''))).toEqual([]);
});

test('a command that floods is ended', async () => {
  const found = await look(checkOf({ kind: 'command', command: ['yes'], timeout: '8s' }));
  expect(found).toMatchObject({ status: 'fail', reason: 'It printed over 1 MB' });
});

test('a command that will not end is killed, with all that it started', async () => {
  using folder = temporaryFolder();
  const pids = join(folder.path, 'pids');
  const script = `trap '' TERM; sh -c "trap '' TERM; echo \\$\\$ >> ${pids}; sleep 60" & echo $$ >> ${pids}; wait; sleep 60`;
  const found = await look(checkOf({ kind: 'command', command: ['sh', '-c', script], timeout: '1s' }));
  expect(found).toMatchObject({ status: 'fail', reason: 'No answer within 1 s' });
  const started = readFileSync(pids, 'utf8').trim().split('\n');
  expect(started).toHaveLength(2);
  await vi.waitFor(() => expect(started.filter((pid) => isAlive(pid))).toEqual([]), patient);
});

test('what a command leaves behind is ended too, and is not waited for', async () => {
  using folder = temporaryFolder();
  const pidFile = join(folder.path, 'pid');
  const found = await look(
    checkOf({ kind: 'command', command: ['sh', '-c', `sleep 60 & echo $! > ${pidFile}; echo well`] }),
  );
  expect(found).toMatchObject({ status: 'ok', reason: 'well' });
  const pid = readFileSync(pidFile, 'utf8').trim();
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), patient);
});

function isAlive(pid: string): boolean {
  return existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
}

/** A systemctl that says what a test lets it: that of the machine may be none. */
function systemctl(folder: string, script: string): string {
  const path = join(folder, 'systemctl');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test.each([
  ['LoadState=loaded\nActiveState=active\nSubState=running', 'ok', 'active (running)'],
  ['LoadState=loaded\nActiveState=activating\nSubState=auto-restart', 'warn', 'activating (auto-restart)'],
  ['LoadState=loaded\nActiveState=failed\nSubState=failed\nResult=exit-code', 'fail', 'failed (failed): exit-code'],
  ['LoadState=loaded\nActiveState=inactive\nSubState=dead\nResult=success', 'fail', 'inactive (dead)'],
  ['LoadState=not-found\nActiveState=inactive\nSubState=dead', 'fail', 'There is no unit web.service'],
  ['LoadState=masked\nActiveState=inactive\nSubState=dead', 'fail', 'web.service is masked'],
  [
    'LoadState=loaded\nActiveState=inactive\nSubState=dead\nResult=success\nType=oneshot\nExecMainExitTimestampMonotonic=42',
    'ok',
    'Done, and waits for its next time',
  ],
  ['nonsense', 'unknown', 'systemd said nothing of it'],
])('a unit of which systemd says %j is %s', async (said, status, reason) => {
  using folder = temporaryFolder();
  const program = systemctl(folder.path, `printf '${said.replaceAll('\n', '\\n')}\\n'`);
  const found = inEnglish(await systemdRun({ unit: 'web.service', user: false, systemctl: program })(context));
  expect(found).toMatchObject({ status, reason });
});

test('systemctl is asked of the one unit, whatever its name begins with', async () => {
  using folder = temporaryFolder();
  const program = systemctl(folder.path, `echo "$@" > ${folder.path}/asked; exit 1`);
  await systemdRun({ unit: 'web@1.service', user: true, systemctl: program })(context);
  expect(readFileSync(join(folder.path, 'asked'), 'utf8')).toMatch(/^--user show .* -- web@1\.service\n$/);
});

test('without systemd nothing is known', async () => {
  const none = inEnglish(await systemdRun({ unit: 'a.service', user: false, systemctl: '/nonexistent/x' })(context));
  expect(none).toMatchObject({ status: 'unknown', reason: 'There is no systemd here' });
  using folder = temporaryFolder();
  const broken = systemctl(folder.path, 'echo "System has not been booted with systemd" >&2; exit 1');
  const off = inEnglish(await systemdRun({ unit: 'a.service', user: false, systemctl: broken })(context));
  expect(off).toMatchObject({
    status: 'unknown',
    reason: 'systemd cannot say: System has not been booted with systemd',
  });
});

test('what is no file is not read: a pipe would hold up everything, a device never ends', async () => {
  using folder = temporaryFolder();
  const pipe = join(folder.path, 'pipe');
  await once(spawn('mkfifo', [pipe]), 'exit');
  for (const pidfile of [pipe, '/dev/zero', folder.path]) {
    expect(await look(checkOf({ kind: 'process', pidfile }))).toMatchObject({
      status: 'unknown',
      reason: `It could not be looked at: ${pidfile} is no file of at most 1 MB`,
    });
  }
  const secured = checkOf({ kind: 'http', url: 'https://127.0.0.1:1/', ca: pipe });
  expect(await look(secured)).toMatchObject({ status: 'unknown' });
});
