import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { readEnv } from '#lib/env.ts';
import { silentLog } from '#lib/log.ts';
import { dataPaths, root } from '#lib/paths.ts';
import { readMcpConfig } from '#mcp/config.ts';
import { ConfigFile, type Rules } from '#mcp/config-schema.ts';
import type { Hub, ServerStatus, ToolResult } from '#mcp/hub.ts';
import * as servers from '#mcp/servers/index.ts';
import { createHub } from '#mcp/create-hub.ts';

/** What one server needs around it, so that Omega can start it as on the owner's machine. */
export interface Surroundings extends AsyncDisposable {
  /** Of the shell: keys, proxy, certificates. */
  readonly variables: Readonly<Record<string, string>>;
  /** The same with a key that is refused; undefined: it needs none. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Does whatever else makes the key a refused one. */
  readonly refuse?: () => void;
}

export interface ServerContract {
  /** Of its entry in the shipped mcp.json. */
  readonly name: string;
  /** Makes them, around this data folder. */
  readonly surroundings: (data: string) => Promise<Surroundings>;
  /** A tool that is allowed, its arguments, and a word that its answer holds. */
  readonly call: {
    readonly tool: string;
    readonly args: (data: string) => Record<string, unknown>;
    readonly says: string;
  };
  /** A tool that the server has and that is not allowed. */
  readonly forbidden: string;
}

/** The hub over a data folder and these variables, and nothing of the machine's own. */
export async function hubOver(data: string, variables: Readonly<Record<string, string>>): Promise<Hub> {
  const env = readEnv({ PATH: process.env['PATH'], OMEGA_DATA_DIR: data, ...variables }, join(data, 'no.env'));
  const paths = dataPaths(env);
  await mkdir(paths.mcp, { recursive: true });
  const parts = { clock: systemClock, log: silentLog, authorize: () => ({ allowed: true }) as const };
  return createHub({ config: readMcpConfig({ env, paths }), known: Object.values(servers), env, paths, ...parts });
}

/** Gives the data folder an mcp.json of its own: the shipped one, with other rules for one server. */
export function changeRules(data: string, name: string, rules: Readonly<Record<string, unknown>>): void {
  const config = JSON.parse(readFileSync(join(root, 'mcp.json'), 'utf8'));
  Object.assign(config.mcpServers[name].omega, rules);
  writeFileSync(join(data, 'mcp.json'), JSON.stringify(config));
}

/** A call as a unit makes it. */
export async function ask(hub: Hub, tool: string, args: Readonly<Record<string, unknown>>): Promise<ToolResult> {
  return hub.call({ tool, args, unit: 'marketing', run: 'contract', signal: AbortSignal.timeout(30_000) });
}

/** How a server of the hub stands. */
export function statusOf(hub: Hub, name: string): ServerStatus {
  return hub.servers().find((server) => server.name === name)!;
}

/** What every server that Omega ships must do, whatever it is for. */
export function describeServer(contract: ServerContract): void {
  const { name, call } = contract;
  const rules = shippedRules(name);
  let data: string;
  let around: Surroundings;
  const open = async (variables: Readonly<Record<string, string>>): Promise<Hub> => hubOver(data, variables);

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), `omega-${name}-`));
    around = await contract.surroundings(data);
  });
  afterEach(async () => {
    await around[Symbol.asyncDispose]();
    rmSync(data, { recursive: true });
  });

  describe(`${name}, as every server`, () => {
    test('is cold until it is asked, and then gives exactly the tools that are allowed, under pins', async () => {
      await using hub = await open(around.variables);
      expect(statusOf(hub, name)).toMatchObject({ state: 'cold', pid: null, missing: [] });
      const tools = await hub.catalogue('marketing', AbortSignal.timeout(30_000));
      const own = tools.filter((tool) => tool.name.startsWith(`${name}.`));
      expect(own.map((tool) => tool.name).toSorted()).toEqual(rules.allow.map((tool) => `${name}.${tool}`).toSorted());
      expect(statusOf(hub, name)).toMatchObject({ state: 'ready', changed: [], reachable: { value: true } });
      expect(pinned(data, name)).toEqual(expect.arrayContaining([...rules.allow]));
    });

    test('is found usable by a real call', async () => {
      await using hub = await open(around.variables);
      const status = await hub.probe(name, 3, AbortSignal.timeout(30_000));
      expect(status).toMatchObject({ reachable: { value: true }, usable: { value: true }, lastError: null });
    });

    test('answers a unit', async () => {
      await using hub = await open(around.variables);
      const { text } = await ask(hub, `${name}.${call.tool}`, call.args(data));
      expect(text).toContain(call.says);
    });

    test('is not sent what is not allowed', async () => {
      await using hub = await open(around.variables);
      const calling = ask(hub, `${name}.${contract.forbidden}`, {});
      await expect(calling).rejects.toMatchObject({ kind: 'denied', delivery: 'not-sent' });
      expect(statusOf(hub, name).state).toBe('cold');
    });

    test('is the same to a second hub as it was to the first', async () => {
      for (let times = 0; times < 2; times += 1) {
        await using hub = await open(around.variables);
        const status = await hub.probe(name, 2, AbortSignal.timeout(30_000));
        expect(status).toMatchObject({ state: 'ready', changed: [] });
      }
    });

    test('leaves no process behind, and writes nothing outside its own folders', async () => {
      const before = new Set(filesBelow(data));
      const hub = await open(around.variables);
      await hub.probe(name, 3, AbortSignal.timeout(30_000));
      await ask(hub, `${name}.${call.tool}`, call.args(data));
      const { pid } = statusOf(hub, name);
      await hub[Symbol.asyncDispose]();
      if (pid !== null) expect(existsSync(`/proc/${pid}`)).toBe(false);
      expect(processesBelow(data)).toEqual([]);
      const added = filesBelow(data).filter((file) => !before.has(file));
      expect(added.filter((file) => !isOmegas(file) && !isAllowed(file, { data, rules }))).toEqual([]);
    });

    test('counts as needing its owner where its key is refused, and is then left alone', async ({ skip }) => {
      const refused = around.refused ?? skip('it needs no key');
      around.refuse?.();
      await using hub = await open(refused);
      const calling = ask(hub, `${name}.${call.tool}`, call.args(data));
      await expect(calling).rejects.toMatchObject({ kind: 'auth', permanent: true });
      expect(statusOf(hub, name)).toMatchObject({ state: 'needs-auth', usable: { value: false } });
      const again = ask(hub, `${name}.${call.tool}`, call.args(data));
      await expect(again).rejects.toMatchObject({ kind: 'auth', delivery: 'not-sent' });
    });
  });
}

function shippedRules(name: string): Rules {
  return ConfigFile.parse(JSON.parse(readFileSync(join(root, 'mcp.json'), 'utf8'))).mcpServers[name]!.omega;
}

/** The tools of a server that have a pin, shipped or made at first sight. */
function pinned(data: string, name: string): string[] {
  const locks = [join(root, 'mcp.lock.json'), join(data, 'mcp.lock.json')].filter((file) => existsSync(file));
  return locks.flatMap((file) => Object.keys(JSON.parse(readFileSync(file, 'utf8')).servers[name] ?? {}));
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** What the hub itself keeps. */
function isOmegas(file: string): boolean {
  return /^(mcp\.lock\.json(\.lock)?|ledger\.sqlite.*|mcp\/[^/]+\.(sqlite|json).*|mcp\/[^/]+\/sign-in-ends\.json)$/.test(
    file,
  );
}

function isAllowed(file: string, { data, rules }: { data: string; rules: Rules }): boolean {
  const folders = rules.write.map((folder) => folder.replace('${OMEGA_DATA_DIR}', data));
  return folders.some((folder) => join(data, file).startsWith(`${folder}/`));
}

/** Processes that have this folder among their words or in their environment. */
function processesBelow(folder: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) => {
      try {
        return ['cmdline', 'environ'].some((what) => readFileSync(`/proc/${pid}/${what}`, 'utf8').includes(folder));
      } catch {
        return false; // It ended meanwhile, or is somebody else's.
      }
    });
}
