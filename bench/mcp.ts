import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import { codeOf } from '#lib/errors.ts';
import { root } from '#lib/paths.ts';
import { openField, type HubField, type TestHub } from '../test/support/mcp/hub-fixture.ts';
import { defineBench, quantile, round, type BenchOptions } from './bench.ts';

const filesystem = join(root, 'node_modules/@modelcontextprotocol/server-filesystem/dist/index.js');
const question = 'list_allowed_directories';
/** Calls in a row before the other one's turn comes, and how many turns each has. */
const turn = { calls: 100, turns: 20 } as const;
const callers = 4;
const bigBytes = 50_000_000;

/** The hub with real servers: what it costs, and what it holds when they are killed. */
export default defineBench({
  name: 'mcp',
  summary: "the hub's own cost of a call, and calls that fail while servers are killed, die at start or answer 50 MB",
  against: "a bare client of the SDK's second generation on the same server, in the same run, turn by turn",
  seconds: 20,
  run: async (options) => {
    const cost = await overhead(options);
    const big = await bigResult();
    const [chaos, deadServerStarts] = await Promise.all([killAgainAndAgain(options), dieAtStart(options)]);
    return { ...cost, ...chaos, deadServerStarts, ...big };
  },
});

async function overhead({
  tell,
  signal,
}: BenchOptions): Promise<Record<'overheadP50Ms' | 'bareP50Ms' | 'hubP50Ms', number>> {
  await using field = openField();
  field.configure({ filesystem: realFilesystem(field) });
  await using hub = await field.open();
  const bare = new Client({ name: 'bench', version: '1.0.0' });
  await hub.ask(`filesystem.${question}`);
  await bare.connect(
    new StdioClientTransport({ command: process.execPath, args: [filesystem, field.paths.data], stderr: 'ignore' }),
  );
  const times = { bare: [] as number[], hub: [] as number[] };
  for (let n = 0; n < turn.turns; n += 1) {
    signal.throwIfAborted();
    times.bare.push(...(await timed(() => bare.callTool({ name: question, arguments: {} }))));
    times.hub.push(...(await timed(() => hub.ask(`filesystem.${question}`))));
  }
  await bare.close();
  const [bareP50Ms, hubP50Ms] = [quantile(times.bare, 0.5), quantile(times.hub, 0.5)];
  tell(`a call takes ${round(bareP50Ms, 3)} ms bare and ${round(hubP50Ms, 3)} ms through the hub`);
  return {
    overheadP50Ms: round(hubP50Ms - bareP50Ms, 3),
    bareP50Ms: round(bareP50Ms, 3),
    hubP50Ms: round(hubP50Ms, 3),
  };
}

async function timed(call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < turn.calls; n += 1) {
    const begunAt = performance.now();
    await call();
    times.push(performance.now() - begunAt);
  }
  return times;
}

function realFilesystem({ paths }: HubField): object {
  const omega = { allow: ['*'], idempotent: ['*'], read: [paths.data], egress: [] };
  return { command: 'node', args: [filesystem, paths.data], omega };
}

/** Idempotent calls one after the other by several callers, while the server is killed every half to one and a half seconds. */
async function killAgainAndAgain({
  seconds,
  tell,
  signal,
}: BenchOptions): Promise<Record<'chaosCalls' | 'chaosFailed' | 'chaosKills' | 'orphans', number>> {
  await using field = openField();
  field.configure({ filesystem: realFilesystem(field) });
  const counts = { chaosCalls: 0, chaosFailed: 0, chaosKills: 0 };
  {
    await using hub = await field.open();
    const end = performance.now() + seconds * 1000;
    const call = async (): Promise<void> => {
      while (performance.now() < end) {
        counts.chaosCalls += 1;
        await hub.ask(`filesystem.${question}`, {}, { signal }).catch(() => (counts.chaosFailed += 1));
      }
    };
    const kill = async (): Promise<void> => {
      while (performance.now() < end) {
        await systemClock.sleep(500 + Math.random() * 1000, signal);
        counts.chaosKills += killNow(hub);
      }
    };
    await Promise.all([kill(), ...Array.from({ length: callers }, call)]);
  }
  const orphans = field.processes().length;
  tell(
    `${counts.chaosCalls} calls, ${counts.chaosFailed} failed, ${counts.chaosKills} kills, ${orphans} processes left`,
  );
  return { ...counts, orphans };
}

function killNow(hub: TestHub): number {
  const pid = hub.servers()[0]?.pid ?? null;
  if (pid === null) return 0;
  try {
    process.kill(pid, 'SIGKILL');
    return 1;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return 0; // Killed before, and not replaced yet.
    throw error;
  }
}

async function dieAtStart({ seconds, signal }: BenchOptions): Promise<number> {
  await using field = openField();
  field.configure({ dead: {} });
  field.setMode('dead', { dies: true });
  await using hub = await field.open();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await hub.ask('dead.echo', {}, { signal }).catch(() => systemClock.sleep(20)); // That it fails is what is looked at.
  }
  return field.starts('dead').length;
}

async function bigResult(): Promise<Record<'bigResultMs' | 'connectionKept', number>> {
  await using field = openField();
  field.configure({ big: {} });
  await using hub = await field.open();
  await hub.ask('big.echo');
  const before = hub.servers()[0]?.pid;
  const begunAt = performance.now();
  const failure = await hub.refused('big.big', { text: `${bigBytes}` });
  const bigResultMs = round(performance.now() - begunAt, 0);
  const { text } = await hub.ask('big.echo', { text: 'still here' });
  const isKept = text === 'still here' && hub.servers()[0]?.pid === before && failure.kind === 'too-large';
  return { bigResultMs, connectionKept: isKept ? 1 : 0 };
}
