import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect as netConnect } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { readBotState } from '#holding/telegram/bot-state.ts';
import { systemClock } from '#lib/clock.ts';
import { dataPaths, root, type DataPaths } from '#lib/paths.ts';
import { startFakeBotApi, type FakeBot } from '../support/fake-bot-api.ts';
import { runProgram, temporaryFolder, type Ended } from '../support/outsider.ts';
import { ownersPassword, ownersRedis } from '../support/owners-redis.ts';

const api = await startFakeBotApi();
afterAll(() => api[Symbol.asyncDispose]());

/** A data folder, a bot, and the processes that a test starts with them. */
interface House extends AsyncDisposable {
  readonly paths: DataPaths;
  readonly env: Readonly<Record<string, string>>;
  readonly bot: FakeBot;
  readonly start: (script: string, ...args: readonly string[]) => Running;
  readonly run: (script: string, ...args: readonly string[]) => Promise<Ended>;
}

interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** Resolves to its first match in what it says. */
  readonly until: (pattern: RegExp) => Promise<string>;
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

function openHouse(more: Readonly<Record<string, string>> = {}): House {
  const folder = temporaryFolder();
  const bot = api.bot();
  const env = {
    OMEGA_DATA_DIR: folder.path,
    OMEGA_LANGUAGE: 'en',
    OMEGA_TELEGRAM_API_ROOT: api.root,
    OMEGA_TELEGRAM_BOT_TOKEN: bot.token,
    ...more,
  };
  const running: Running[] = [];
  return {
    paths: dataPaths({ dataDir: folder.path }),
    env,
    bot,
    run: (script, ...args) => runProgram(process.execPath, [join(root, 'scripts', script), ...args], { env }),
    start: (script, ...args) => {
      const one = start([join(root, 'scripts', script), ...args], env);
      running.push(one);
      return one;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(running.map(({ end }) => end('SIGKILL')));
      folder[Symbol.dispose]();
    },
  };
}

function start(args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, NO_COLOR: '1', ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    child,
    said: () => said,
    until: async (pattern) => {
      for (;;) {
        const found = pattern.exec(said);
        if (found !== null) return found[1] ?? found[0];
        if (hasEnded()) throw new Error(`it ended, and had said:\n${said}`);
        await systemClock.sleep(20);
      }
    },
    end: async (signal = 'SIGTERM') => {
      if (!hasEnded()) {
        child.kill(signal);
        await once(child, 'exit');
      }
      return child.exitCode;
    },
  };
}

async function untilState(path: string, state: string): Promise<NonNullable<Awaited<ReturnType<typeof readBotState>>>> {
  for (;;) {
    const found = await readBotState(path);
    if (found?.state === state) return found;
    await systemClock.sleep(20);
  }
}

/** All that a Redis holds, as its clients would read it. */
async function everythingIn(port: number): Promise<string> {
  const socket = netConnect(port, '127.0.0.1');
  const script =
    "local all={} for _,k in ipairs(redis.call('KEYS','*')) do all[#all+1]=k..redis.call('DUMP',k) end return table.concat(all)";
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
  socket.write(`AUTH ${ownersPassword}\r\n`);
  socket.write(`*3\r\n$4\r\nEVAL\r\n$${script.length}\r\n${script}\r\n$1\r\n0\r\n`);
  socket.write('QUIT\r\n');
  await once(socket, 'end');
  return answer;
}

test('link pairs through the bridge, which then answers its owner; the token is in no log, file or Redis', async () => {
  using folder = temporaryFolder();
  await using redis = await ownersRedis(folder.path);
  await using house = openHouse({ REDIS_URL: `redis://:${ownersPassword}@127.0.0.1:${redis.port}` });
  const { bot, paths } = house;
  const bridge = house.start('bridge.ts');
  expect(await untilState(paths.bridgeState, 'polling')).toMatchObject({ paired: false, botId: bot.id });
  const owner = bot.person();
  owner.says('/status');
  const link = house.start('telegram.ts', 'link');
  owner.says(await link.until(/^ {4}(\d{6})$/m));
  await owner.until((seen) => seen.some(({ text }) => text.includes('Linked')));
  await link.until(/Linked with chat \d+/);
  expect(await link.end('SIGTERM')).toBe(0);
  expect(existsSync(paths.botPairing)).toBe(false);
  owner.says('/status');
  await owner.until((seen) => seen.some(({ text }) => text.includes('There has been no heartbeat yet')));
  expect(statSync(paths.botChats).mode & 0o777).toBe(0o600);
  expect(bot.commands.get('nl')?.map(({ command }) => command)).toContain('approve');

  const secret = bot.token.split(':')[1] ?? bot.token;
  expect(await everythingIn(redis.port)).toContain(`omega:inbox:${bot.id}`);
  for (const text of [
    bridge.said(),
    link.said(),
    readFileSync(paths.bridgeState, 'utf8'),
    await everythingIn(redis.port),
  ])
    expect(text).not.toContain(secret);
  expect(await bridge.end()).toBe(0);
  expect(existsSync(paths.bridgeState)).toBe(false);
});

test('what came while the bridge was dead is answered by the next one, once', async () => {
  using folder = temporaryFolder();
  await using redis = await ownersRedis(folder.path);
  const REDIS_URL = `redis://:${ownersPassword}@127.0.0.1:${redis.port}`;
  await using house = openHouse({ REDIS_URL, OMEGA_TELEGRAM_CHAT_ID: '4242' });
  const { bot, paths } = house;
  const owner = bot.person('Owner', 4242);
  const first = house.start('bridge.ts');
  await untilState(paths.bridgeState, 'polling');
  await first.end('SIGKILL');
  owner.says('/help');
  house.start('bridge.ts');
  await owner.until((seen) => seen.length > 0);
  owner.says('/todo');
  await owner.until((seen) => seen.length > 1);
  expect(owner.sees().filter(({ text }) => text.includes('/incidents')).length).toBe(1);
});

test('without Redis the bridge waits and says so, and link polls by itself', async () => {
  await using house = openHouse();
  const { bot, paths } = house;
  const bridge = house.start('bridge.ts');
  expect(await untilState(paths.bridgeState, 'redis')).toMatchObject({ fault: 'Redis does not answer' });
  await bridge.until(/The bot waits for Redis/);
  const owner = bot.person();
  const link = house.start('telegram.ts', 'link', 'omega');
  owner.says('123');
  owner.says(await link.until(/^ {4}(\d{6})$/m));
  await link.until(/Linked with chat \d+/);
  if (link.child.exitCode === null) await once(link.child, 'exit');
  expect(link.child.exitCode).toBe(0);
  expect(owner.sees().map(({ text }) => text)).toEqual([expect.stringContaining('Linked')]);
  expect(await bridge.end()).toBe(0);
});

test('link says what stands in its way', async () => {
  await using none = openHouse({ OMEGA_TELEGRAM_BOT_TOKEN: '' });
  const without = await none.run('telegram.ts', 'link');
  expect([without.exitCode, without.stderr]).toEqual([
    2,
    expect.stringContaining('OMEGA_TELEGRAM_BOT_TOKEN is not set'),
  ]);
  await using set = openHouse({ OMEGA_TELEGRAM_CHAT_ID: '4242' });
  const fixed = await set.run('telegram.ts', 'link');
  expect([fixed.exitCode, fixed.stderr]).toEqual([2, expect.stringContaining('OMEGA_TELEGRAM_CHAT_ID is set')]);
  const stranger = await set.run('telegram.ts', 'link', 'gemini');
  expect([stranger.exitCode, stranger.stderr]).toEqual([2, expect.stringContaining('There are: omega, zwartehand')]);
});

test('the doctor says what is wrong with each bot, a line a thing', async () => {
  await using house = openHouse({ OMEGA_TELEGRAM_CHAT_ID: '4242' });
  const { bot } = house;
  const unknown = await house.run('telegram.ts', 'doctor');
  expect(unknown.exitCode).toBe(1);
  expect(unknown.stdout).toContain(`✓ omega token: the bot is @${bot.username}`);
  expect(unknown.stdout).toMatch(/✗ omega chat: .*chat not found/);
  expect(unknown.stdout).toContain('– zwartehand token: ZWARTEHAND_TELEGRAM_BOT_TOKEN is not set');
  bot.person('Owner', 4242);
  const well = await house.run('telegram.ts', 'doctor', '--json');
  expect(well.exitCode, well.stdout).toBe(0);
  bot.webhook = 'https://elsewhere.example/hook';
  const hooked = await house.run('telegram.ts', 'doctor');
  expect([hooked.exitCode, hooked.stdout]).toEqual([1, expect.stringMatching(/✗ omega webhook: .*\n.*deleteWebhook/)]);
  expect(hooked.stdout).not.toContain('elsewhere');
  bot.webhook = '';
  bot.revoke();
  const revoked = await house.run('telegram.ts', 'doctor');
  expect([revoked.exitCode, revoked.stdout]).toEqual([1, expect.stringMatching(/✗ omega token: .*401/)]);
  expect([unknown, well, hooked, revoked].map(({ stdout, stderr }) => stdout + stderr).join('')).not.toContain(
    bot.token,
  );
});

test('the doctor meets another program that polls', async () => {
  await using house = openHouse({ OMEGA_TELEGRAM_CHAT_ID: '4242' });
  house.bot.person('Owner', 4242);
  const stop = new AbortController();
  const other = pollAsAnother(house.bot, stop.signal);
  const { exitCode, stdout } = await house.run('telegram.ts', 'doctor');
  stop.abort();
  await other;
  expect([exitCode, stdout]).toEqual([
    1,
    expect.stringContaining('✗ omega poller: another program polls the same bot'),
  ]);
});

async function pollAsAnother({ token }: FakeBot, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await fetch(`${api.root}/bot${token}/getUpdates?timeout=20`, { signal }).catch(() => {});
    await systemClock.sleep(500, signal).catch(() => {});
  }
}

test('Zwartehand needs a token of its own, and one that is not Omega’s', async () => {
  await using house = openHouse();
  const without = await runProgram('sh', [join(root, 'launch_zwartehand.sh')], { env: house.env });
  expect([without.exitCode, without.stderr]).toEqual([
    2,
    expect.stringContaining('ZWARTEHAND_TELEGRAM_BOT_TOKEN is not set'),
  ]);
  const env = { ...house.env, ZWARTEHAND_TELEGRAM_BOT_TOKEN: house.bot.token };
  const same = await runProgram('sh', [join(root, 'launch_zwartehand.sh')], { env });
  expect(same.exitCode).toBe(2);
  expect(same.stderr).not.toContain(house.bot.token);
});

test('Zwartehand runs in the background, answers, and is ended', async () => {
  using folder = temporaryFolder();
  await using redis = await ownersRedis(folder.path);
  const second = api.bot({ username: 'zwartehand_of_mine_bot' });
  const owner = second.person('Owner', 4242);
  await using house = openHouse({
    REDIS_URL: `redis://:${ownersPassword}@127.0.0.1:${redis.port}`,
    ZWARTEHAND_TELEGRAM_BOT_TOKEN: second.token,
    ZWARTEHAND_TELEGRAM_CHAT_ID: '4242',
  });
  const launch = (...args: readonly string[]): Promise<Ended> =>
    runProgram('sh', [join(root, 'launch_zwartehand.sh'), ...args], { env: house.env });
  const { exitCode, stdout, stderr } = await launch('--detach');
  try {
    expect([exitCode, stderr, stdout]).toEqual([0, '', expect.stringContaining('Zwartehand runs in the background')]);
    await untilState(house.paths.zwartehandState, 'polling');
    owner.says('/status');
    await owner.until((seen) => seen.some(({ text }) => text.includes('no heartbeat yet')));
    owner.says('/pause');
    await owner.until((seen) => seen.some(({ text }) => text.includes('There is no /pause')));
    expect((await launch()).exitCode).toBe(75);
    expect(readFileSync(join(house.paths.logs, 'zwartehand.log'), 'utf8')).not.toContain(second.token);
  } finally {
    expect((await launch('--stop')).stdout).toBe('Zwartehand has ended.\n');
  }
  expect(existsSync(house.paths.zwartehandState)).toBe(false);
  expect((await launch('--stop')).stdout).toBe('Zwartehand does not run here.\n');
});

test('without Redis Zwartehand says that it answers nobody yet', async () => {
  const second = api.bot();
  await using house = openHouse({ ZWARTEHAND_TELEGRAM_BOT_TOKEN: second.token });
  const launch = (...args: readonly string[]): Promise<Ended> =>
    runProgram('sh', [join(root, 'launch_zwartehand.sh'), ...args], { env: house.env });
  try {
    expect((await launch('--detach')).stdout).toContain('It answers nobody until Redis does');
  } finally {
    expect((await launch('--stop')).stdout).toBe('Zwartehand has ended.\n');
  }
});
