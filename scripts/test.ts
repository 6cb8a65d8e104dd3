import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { z } from 'zod';
import { messageOf, usageError } from '#lib/errors.ts';
import { root } from '#lib/paths.ts';
import { findRedisServer, firstOnPath, installRedis } from '#ops/redis-binary.ts';
import { paint, runCommand } from './command.ts';
import { prepareSite, tellOnStderr } from './prepare.ts';

/** The lanes of vitest.config.ts, in the order in which a fault is found soonest. */
const lanes = ['unit', 'services', 'browser', 'chaos'] as const;
type Lane = (typeof lanes)[number];

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome'];

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

interface LaneResult {
  readonly lane: Lane;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly ms: number;
  readonly remark: string;
}

/** What is read of the file that vitest's JSON reporter writes. */
const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })), name: z.string() }),
  ),
});

interface LaneOptions {
  readonly filters: readonly string[];
  readonly signal: AbortSignal;
}

await runCommand({
  name: 'npm test',
  summary: 'the tests, lane by lane; the last line counts them',
  help: [
    ['npm test', 'all lanes'],
    ['npm test -- --lane unit', `one lane: ${lanes.join(', ')}`],
    ['npm test -- queue/worker', 'only the files whose path has this in it'],
  ],
  options: { lane: { type: 'string', multiple: true } },
  run: async ({ values, positionals, signal }) => {
    const chosen = chooseLanes(values.lane);
    if ((await findRedisServer()) === null) await installRedis({ tell: tellOnStderr, signal });
    await prepareSite({ tell: tellOnStderr, signal });

    const results: LaneResult[] = [];
    for (const lane of chosen) results.push(await runLane(lane, { filters: positionals, signal }));
    return conclude(results);
  },
});

function chooseLanes(names: readonly string[] | undefined): readonly Lane[] {
  const unknown = names?.find((name) => !lanes.some((lane) => lane === name));
  if (unknown !== undefined) throw usageError(`There is no lane ${unknown}.`, `Lanes: ${lanes.join(', ')}`);
  return lanes.filter((lane) => names?.includes(lane) ?? true);
}

async function runLane(lane: Lane, options: LaneOptions): Promise<LaneResult> {
  process.stdout.write(`\n${paint('bold', `── ${lane} ──`)}\n`);
  const reason = await whySkipped(lane);
  if (reason !== '') process.stdout.write(`${paint('yellow', reason)}\n`);
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'omega-test-'));
  try {
    const reportPath = join(folder, 'report.json');
    const exitCode = await runVitest(lane, reportPath, options);
    const counts = await countTests(reportPath, exitCode);
    const remark = [reason, counts.remark].filter((words) => words !== '').join('\n');
    return { lane, ...counts, remark, ms: performance.now() - started };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Why the tests of a lane skip themselves, said in sight; empty where they do not. */
async function whySkipped(lane: Lane): Promise<string> {
  if (lane !== 'browser' || (await firstOnPath(chromiumNames)) !== null) return '';
  return 'SKIPPED browser: no Chromium on the PATH (sudo apt-get install chromium)';
}

async function runVitest(lane: Lane, reportPath: string, { filters, signal }: LaneOptions): Promise<number | null> {
  const flags = ['--project', lane, '--passWithNoTests', '--reporter=default', '--reporter=json'];
  const child = spawn(process.execPath, [vitest, 'run', ...flags, `--outputFile.json=${reportPath}`, ...filters], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const stop = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  try {
    await once(child, 'close');
    signal.throwIfAborted();
    return child.exitCode;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A lane that ends badly without a failed test, or without a report, counts as one failure: it is not a success. */
async function countTests(
  reportPath: string,
  exitCode: number | null,
): Promise<Pick<LaneResult, 'passed' | 'failed' | 'skipped' | 'remark'>> {
  try {
    const report = Report.parse(JSON.parse(await readFile(reportPath, 'utf8')));
    const unloadable = report.testResults.filter((file) => file.status === 'failed' && !hasFailure(file));
    const failed = report.numFailedTests + unloadable.length;
    const remarks = unloadable.map((file) => `cannot be loaded: ${file.name.slice(root.length + 1)}`);
    if (exitCode !== 0 && failed === 0) remarks.push(`vitest ended with ${exitCode ?? 'a signal'}`);
    return {
      passed: report.numPassedTests,
      failed: exitCode === 0 ? failed : Math.max(failed, 1),
      skipped: report.numPendingTests + report.numTodoTests,
      remark: remarks.join('\n'),
    };
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, remark: `crashed, left no report: ${messageOf(error).split('\n')[0]}` };
  }
}

function hasFailure(file: z.infer<typeof Report>['testResults'][number]): boolean {
  return file.assertionResults.some((assertion) => assertion.status === 'failed');
}

function conclude(results: readonly LaneResult[]): number {
  const table = new Table({
    head: ['lane', 'passed', 'failed', 'skipped', 'seconds', ''],
    style: { head: [], border: [] },
  });
  for (const { lane, passed, failed, skipped, ms, remark } of results) {
    table.push([lane, passed, failed, skipped, (ms / 1000).toFixed(1), remark]);
  }
  const passed = sum(results.map((result) => result.passed));
  const failed = sum(results.map((result) => result.failed));
  const skipped = sum(results.map((result) => result.skipped));
  process.stdout.write(`\n${table.toString()}\n`);
  if (passed + failed === 0) process.stdout.write('No test was run, which is no success.\n');
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
