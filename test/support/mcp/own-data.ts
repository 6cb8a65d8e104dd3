import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '#holding/health/snapshot.ts';
import type { Report } from '#holding/report/trend/report.ts';
import { root, type DataPaths } from '#lib/paths.ts';
import { serveControl } from '#ops/control.ts';
import type { ServiceSettings } from '#ops/service.ts';
import { scenes } from '../snapshots.ts';
import { temporarySettings } from '../ops.ts';
import type { OwnTarget } from './own-clients.ts';

/** A data folder as Omega leaves it, and a supervisor that answers as long as it is wanted. */
export interface OwnData extends AsyncDisposable {
  readonly settings: ServiceSettings;
  readonly paths: DataPaths;
  /** Omega's own server as a process on this folder, with these variables as well. */
  readonly stdio: (env?: Record<string, string>) => Extract<OwnTarget, { command: string }>;
  /** The heartbeat looked at this time, and saw this. */
  readonly seen: (at: number, change?: Partial<Snapshot>) => Promise<void>;
  readonly report: (markdown: string, change?: Partial<Report>) => Promise<void>;
  /** From now on a supervisor answers here. */
  readonly run: () => Promise<void>;
}

export async function ownData(): Promise<OwnData> {
  await using made = new AsyncDisposableStack();
  const settings = made.use(await temporarySettings());
  const { paths } = settings;
  const closing = made.move();
  return {
    settings,
    paths,
    stdio: (env = {}) => ({
      command: process.execPath,
      args: [join(root, 'test', 'support', 'mcp', 'own-serve.ts')],
      env: { OMEGA_DATA_DIR: paths.data, NO_COLOR: '1', ...env },
    }),
    seen: async (at, change = {}) => {
      const snapshot = { ...scenes.oneDown(), generatedAt: at, staleAfter: at + 90_000, reports: [], ...change };
      await writeFile(paths.snapshot, JSON.stringify(snapshot));
    },
    report: async (markdown, change = {}) => {
      const report = { ...trendReport, ...change };
      const folder = join(paths.units, report.unit, 'reports');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${report.id}.json`), JSON.stringify(report));
      await writeFile(join(folder, `${report.id}.md`), markdown);
    },
    run: async () => {
      const nothing = (): void => {};
      const service = { name: 'worker', state: 'ready', pid: 7, since: Date.now(), restarts: 0 } as const;
      const control = {
        restart: nothing,
        pause: nothing,
        resume: nothing,
        requestStop: nothing,
        status: () => [{ ...service, recentRestarts: 0, lastExit: null }],
        subscribe: () => nothing,
      };
      closing.use(await serveControl(paths.controlSocket, control));
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

const trendReport: Report = {
  id: '2025-11-22-trends',
  kind: 'trend',
  unit: 'marketing',
  language: 'en',
  title: 'Trends of the week',
  engine: 'rules',
  example: false,
  generatedAt: Date.UTC(2025, 10, 22, 8),
  period: { from: '2025-11-16', until: '2025-11-22', weeksBefore: 4 },
  claims: [],
  detectionLimit: 4,
  byChance: 0.3,
  belowLimit: [],
  mostNamed: [],
  topics: [],
  sources: { documents: 3, domains: 2, termsCompared: 120 },
  gaps: [],
};
