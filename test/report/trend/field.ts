import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openOnce, type OpenMemory } from '#holding/memory/open-memory.ts';
import { createTrends, type TrendsOptions } from '#holding/report/trend/trends.ts';
import { createAuthorize } from '#holding/swarm/mandate-authorize.ts';
import { createMandates, type Mandates } from '#holding/swarm/mandate-store.ts';
import * as units from '#holding/units.ts';
import type { Omega } from '#jobs/omega.ts';
import trendReport from '#jobs/trend-report.ts';
import { systemClock, type Clock } from '#lib/clock.ts';
import { readEnv } from '#lib/env.ts';
import type { Language } from '#lib/language.ts';
import { silentLog } from '#lib/log.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';
import { readMcpConfig } from '#mcp/config.ts';
import { createHub } from '#mcp/create-hub.ts';
import type { Hub, ToolCall } from '#mcp/hub.ts';
import * as known from '#mcp/servers/index.ts';
import { memoryFolder } from '../../support/memory.ts';

export const day = 86_400_000;

/** A data folder with the real hub, the real Filesystem server and the shipped mandate, in which reports are made. */
export interface TrendField extends AsyncDisposable {
  readonly paths: DataPaths;
  readonly home: string;
  readonly hub: Hub;
  readonly mandates: Mandates;
  readonly memory: OpenMemory;
  /** Every call that was made, in order. */
  readonly calls: readonly ToolCall[];
  /** Writes a document that was changed so many days ago. */
  readonly document: (name: string, text: string | Uint8Array, daysAgo?: number) => void;
  /** Replaces text in the owner's mandate. */
  readonly mandate: (change: (text: string) => string) => Promise<void>;
  /** Runs the job as a worker does; resolves to its result. */
  readonly report: (input?: { demo?: boolean }) => Promise<{ result: Result; lines: readonly string[] }>;
}

export interface Result {
  readonly report: string;
  readonly claims: number;
  readonly gaps: readonly string[];
  readonly example: boolean;
}

export interface FieldOptions {
  readonly language?: Language;
  readonly clock?: Clock;
  /** Stands in for the hub's answers, of servers that lie on the internet. */
  readonly wrap?: (hub: Hub) => Pick<Hub, 'call' | 'servers'>;
  readonly openEgress?: TrendsOptions['openEgress'];
  /** A real one without an index of vectors, unless a test says otherwise. */
  readonly memory?: TrendsOptions['memory'];
  readonly variables?: Readonly<Record<string, string>>;
}

/** No feeds unless a test says so: none can be reached here. */
export async function openField(options: FieldOptions = {}): Promise<TrendField> {
  const { clock = systemClock, wrap = (hub) => hub, openEgress = null, variables = {}, language = 'en' } = options;
  const remembering = memoryFolder({ clock });
  const { memory = openOnce(() => remembering.open()).open } = options;
  const data = mkdtempSync(join(tmpdir(), 'omega-trend-'));
  const env = readEnv({ PATH: process.env['PATH'], OMEGA_DATA_DIR: data, ...variables }, join(data, 'no.env'));
  const paths = dataPaths(env);
  const mandates = createMandates({ paths, units: Object.values(units), clock });
  const hub = await createHub({
    config: readMcpConfig({ env, paths }),
    known: Object.values(known),
    authorize: createAuthorize({ mandates, clock }),
    paths,
    env,
    clock: systemClock,
    log: silentLog,
  });
  const calls: ToolCall[] = [];
  const used = wrap(hub);
  const counted: Pick<Hub, 'call' | 'servers'> = {
    servers: used.servers,
    call: (call) => {
      calls.push(call);
      return used.call(call);
    },
  };
  const { path, folder: home } = await mandates.standing('marketing');
  const trends = createTrends({
    hub: counted,
    mandates,
    paths,
    clock,
    timezone: 'Europe/Amsterdam',
    language,
    memory,
    openEgress,
  });
  const field: TrendField = {
    paths,
    home,
    hub,
    mandates,
    memory,
    calls,
    document: (name, text, daysAgo = 0) => {
      const file = join(home, 'documents', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      const time = (clock.now() - daysAgo * day) / 1000;
      utimesSync(file, time, time);
    },
    mandate: async (change) => {
      const { readFile, writeFile } = await import('node:fs/promises');
      await writeFile(path, change(await readFile(path, 'utf8')));
    },
    report: async (input = {}) => {
      const lines: string[] = [];
      const result = await trendReport.run(input, {
        signal: AbortSignal.timeout(55_000),
        log: (line) => lines.push(line),
        progress: () => {},
        enqueue: async (name) => name,
        clock,
        scheduledAt: clock.now(),
        reason: 'manual',
        omega: { trends } as unknown as Omega,
      });
      return { result: result as Result, lines };
    },
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]();
      await remembering[Symbol.asyncDispose]();
      rmSync(data, { recursive: true, force: true });
    },
  };
  await field.mandate((text) => text.replace(/^feeds:\n(?: {2}- .*\n)+/m, 'feeds: []\n'));
  return field;
}
