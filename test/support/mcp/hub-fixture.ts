import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import { readEnv, type Env } from '#lib/env.ts';
import { silentLog } from '#lib/log.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';
import { readMcpConfig } from '#mcp/config.ts';
import { createHub, type HubOptions, type OwnedHub } from '#mcp/create-hub.ts';
import type { ToolCall, ToolResult } from '#mcp/hub.ts';
import { ToolError } from '#mcp/tool-error.ts';

/** A data folder of a test's own, in which any number of hubs are opened one after the other, or at once. */
export interface HubField extends AsyncDisposable {
  readonly paths: DataPaths;
  /** Writes `mcp.json`; an entry without a command is one of the small server, which writes into its own folder. */
  readonly configure: (servers: Readonly<Record<string, object>>) => void;
  /** How the small server of this name behaves from its next start on. */
  readonly setMode: (name: string, mode: object) => void;
  /** Pids of all starts of the small server of this name. */
  readonly starts: (name: string) => readonly number[];
  readonly open: (options?: Partial<HubOptions> & { variables?: NodeJS.ProcessEnv }) => Promise<TestHub>;
  /** Processes of tool servers that run in this field. */
  readonly processes: () => readonly number[];
}

export interface TestHub extends OwnedHub {
  /** Calls as the unit `marketing` unless said. */
  readonly ask: (tool: string, args?: ToolCall['args'], more?: Partial<ToolCall>) => Promise<ToolResult>;
  /** What the call fails with. */
  readonly refused: (tool: string, args?: ToolCall['args'], more?: Partial<ToolCall>) => Promise<ToolError>;
}

const script = join(import.meta.dirname, 'hub-server.ts');
const never = new AbortController().signal;

export function openField(): HubField {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'omega-hub-')));
  const paths = dataPaths({ dataDir: folder });
  const hubs = new Set<OwnedHub>();
  const own = (name: string): string => join(folder, 'servers', name);
  const smallServer = (name: string, entry: object): object => {
    mkdirSync(own(name), { recursive: true });
    const { omega = {} } = entry as { omega?: object };
    return {
      command: 'node',
      args: [script, own(name)],
      ...entry,
      omega: { allow: ['*'], write: [own(name)], ...omega },
    };
  };
  return {
    paths,
    configure: (servers) => {
      const whole = Object.entries(servers).map(([name, entry]) => [
        name,
        'command' in entry || 'url' in entry ? entry : smallServer(name, entry),
      ]);
      writeFileSync(paths.mcpConfig, JSON.stringify({ mcpServers: Object.fromEntries(whole) }));
    },
    setMode: (name, mode) => {
      mkdirSync(own(name), { recursive: true });
      writeFileSync(join(own(name), 'mode'), JSON.stringify(mode));
    },
    starts: (name) => {
      const file = join(own(name), 'starts');
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
    },
    open: async ({ variables = {}, ...more } = {}) => {
      const env = readEnv({ PATH: process.env['PATH'], OMEGA_DATA_DIR: folder, ...variables }, '/nonexistent/.env');
      const hub = await openBareHub(env, more);
      hubs.add(hub);
      return testHub(hub, () => hubs.delete(hub));
    },
    processes: () => processesIn(folder),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...hubs].map((hub) => hub[Symbol.asyncDispose]()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function testHub(hub: OwnedHub, onClose: () => void): TestHub {
  const ask: TestHub['ask'] = (tool, args = {}, more = {}) =>
    hub.call({ tool, args, unit: 'marketing', run: 'test', signal: never, ...more });
  return {
    ...hub,
    ask,
    refused: async (...call) => {
      try {
        await ask(...call);
      } catch (error) {
        if (error instanceof ToolError) return error;
        throw error;
      }
      throw new Error(`${call[0]} was not refused`);
    },
    [Symbol.asyncDispose]: async () => {
      onClose();
      await hub[Symbol.asyncDispose]();
    },
  };
}

/** By their working directory, which is a folder of the field's own. */
function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(join(folder, 'mcp'));
      } catch {
        return false; // It is gone by now, or a stranger's.
      }
    })
    .map(Number);
}

/** A hub over the folder of `env`, with nothing known of its servers, nothing shipped as approved, and all allowed. */
export async function openBareHub(env: Env, more: Partial<HubOptions> = {}): Promise<OwnedHub> {
  const paths = dataPaths(env);
  return createHub({
    config: readMcpConfig({ env, paths }),
    known: [],
    authorize: () => ({ allowed: true }),
    paths,
    env,
    clock: systemClock,
    log: silentLog,
    shippedLock: '/nonexistent/mcp.lock.json',
    ...more,
  });
}
