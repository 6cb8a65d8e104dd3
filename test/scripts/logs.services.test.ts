import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { temporarySettings } from '../support/ops.ts';

test('logs shows more than its memory could hold', async () => {
  await using settings = await temporarySettings();
  const line = JSON.stringify({ level: 'info', time: new Date().toISOString(), name: 'worker', msg: 'x'.repeat(900) });
  const thousand = `${line}\n`.repeat(1000);
  const file = openSync(join(settings.paths.logs, 'worker.log'), 'w');
  for (let count = 0; count < 120; count++) writeSync(file, thousand);
  closeSync(file);
  const env = { ...process.env, OMEGA_DATA_DIR: settings.paths.data, NODE_OPTIONS: '--max-old-space-size=40' };
  const script = join(root, 'scripts', 'logs.ts');
  const logs = spawn(process.execPath, [script, '--json'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let bytes = 0;
  logs.stdout.on('data', (text: Buffer) => (bytes += text.length));
  expect(await once(logs, 'close')).toEqual([0, null]);
  expect(bytes).toBe(120 * thousand.length);
});
