import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '#lib/paths.ts';
import { paint, runCommand } from './command.ts';

/** Each looks at the whole; all are run, so that one call shows all faults. */
const checks = [
  { name: 'format', args: ['oxfmt', '--check'], mend: 'npx oxfmt' },
  { name: 'types', args: ['tsc', '-p', '.'], mend: '' },
  // In a browser there are other types than in Node.
  { name: 'types of the reader', args: ['tsc', '-p', 'site/reader'], mend: '' },
  { name: 'lint', args: ['oxlint', '--type-aware'], mend: '' },
  { name: 'dead code', args: ['knip'], mend: '' },
] as const;

await runCommand({
  name: 'npm run check',
  summary: 'format, types, lint, dead code, then the tests',
  help: [
    ['npm run check', 'all of it'],
    ['npm run check -- --no-tests', 'all but the tests'],
  ],
  options: { 'no-tests': { type: 'boolean', default: false } },
  run: async ({ values, signal }) => {
    const faults: string[] = [];
    for (const { name, args, mend } of checks) {
      const [tool, ...rest] = args;
      const passed = await runStep(name, [join(root, 'node_modules', '.bin', tool), ...rest], signal);
      if (!passed) faults.push(mend === '' ? name : `${name} (mend: ${mend})`);
    }
    if (!values['no-tests']) {
      const passed = await runStep('tests', [process.execPath, join(root, 'scripts', 'test.ts')], signal);
      if (!passed) faults.push('tests');
    }
    if (faults.length > 0) process.stderr.write(`${paint('red', '✗', process.stderr)} faults: ${faults.join(', ')}\n`);
    return faults.length === 0 ? 0 : 1;
  },
});

async function runStep(name: string, command: readonly string[], signal: AbortSignal): Promise<boolean> {
  const started = performance.now();
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const stop = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  try {
    await once(child, 'close');
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  const passed = child.exitCode === 0;
  const mark = passed ? paint('green', '✓', process.stderr) : paint('red', '✗', process.stderr);
  process.stderr.write(`${mark} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);
  return passed;
}
