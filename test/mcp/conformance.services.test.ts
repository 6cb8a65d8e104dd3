import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const suite = join(root, 'node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js');
const client = join(root, 'test', 'support', 'mcp', 'conformance-client.ts');
/** The suite runs its scenarios at once, and its own half minute fails falsely on a busy machine. */
const scenarioTimeoutMs = 140_000;

test.for([
  ['2025-11-25', 18],
  ['2026-07-28', 32],
] as const)(
  'our connections pass every scored scenario of the protocol revision %s',
  { timeout: 2 * scenarioTimeoutMs },
  async ([revision, count]) => {
    const scored = await scoredScenarios(revision);
    const passed = await passedScenarios(revision);
    const own = scored.filter((name) => passed.has(name));
    process.stdout.write(`Conformance ${revision}: ${own.length} of ${scored.length} scored scenarios\n`);
    expect(scored).toHaveLength(count);
    expect(own).toEqual(scored);
  },
);

/** The suite's own list, without what it runs and does not score. */
async function scoredScenarios(revision: string): Promise<string[]> {
  const { stdout } = await runSuite(['list', '--client', '--requirements', revision]);
  const section = stdout.split('Client scenarios')[1]?.split('Run and reported')[0] ?? '';
  return [...section.matchAll(/^ {2}- (\S+)$/gm)].map(([, name = '']) => name);
}

/** Those of which every check passed. */
async function passedScenarios(revision: string): Promise<ReadonlySet<string>> {
  const results = await mkdtemp(join(tmpdir(), 'omega-conformance-'));
  onTestFinished(() => rm(results, { recursive: true, force: true }));
  const { stdout, stderr } = await runSuite(
    `client --requirements ${revision} --timeout ${scenarioTimeoutMs}`.split(' '),
    ['--command', `${process.execPath} ${client}`, '--output-dir', results],
  );
  const summary = `${stdout}\n${stderr}`.split('=== SUITE SUMMARY ===')[1] ?? '';
  return new Set([...summary.matchAll(/^✓ (\S+): [1-9]\d* passed, 0 failed$/gm)].map(([, name = '']) => name));
}

async function runSuite(
  args: readonly string[],
  more: readonly string[] = [],
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [suite, ...args, ...more], { maxBuffer: 64 * 1024 * 1024 });
}
