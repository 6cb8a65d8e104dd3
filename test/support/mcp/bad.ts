import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { connect, type Connection, type ConnectOptions, type SpawnedServer } from '#mcp/connect.ts';
import { ToolError } from '#mcp/tool-error.ts';

export const megabyte = 1024 * 1024;
const script = join(import.meta.dirname, 'bad-server.ts');

/** Options that start the misbehaving server with these habits, in a folder that is gone with the test. */
export async function badOptions(
  habits: readonly string[] = [],
  more: Partial<ConnectOptions> = {},
): Promise<ConnectOptions> {
  const cwd = await mkdtemp(join(tmpdir(), 'omega-mcp-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  return {
    target: {
      kind: 'stdio',
      command: process.execPath,
      args: [script, ...habits],
      env: { PATH: process.env['PATH'] ?? '' },
      cwd,
    },
    maxResultBytes: megabyte,
    startTimeoutMs: 10_000,
    signal: new AbortController().signal,
    ...more,
  };
}

/** A connection to it, closed with the test. */
export async function connectBad(
  habits: readonly string[] = [],
  more: Partial<ConnectOptions> = {},
): Promise<Connection> {
  const connection = await connect(await badOptions(habits, more));
  onTestFinished(() => connection[Symbol.asyncDispose]());
  return connection;
}

/** Calls a tool and resolves to its first text block. */
export async function callText(
  connection: Connection,
  tool: string,
  {
    args = {},
    timeoutMs = 10_000,
    signal = new AbortController().signal,
  }: { args?: Record<string, unknown>; timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<string> {
  const { content } = await connection.call(tool, args, { signal, timeoutMs });
  return String(content[0]?.['text']);
}

/** The kind and delivery that something fails with. */
export async function faultOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('It did not fail.'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ToolError) return `${error.kind} ${error.delivery}`;
  throw error;
}

/** What was spawned, as `onSpawn` of the options tells it once there is a pid. */
export function spawnRecorder(): {
  readonly spawned: SpawnedServer[];
  readonly onSpawn: (server: SpawnedServer) => void;
} {
  const spawned: SpawnedServer[] = [];
  return { spawned, onSpawn: (server) => void (server.pid > 0 && spawned.push(server)) };
}
