import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { temporaryFolder } from '../support/health.ts';

const sender = join(import.meta.dirname, '../support/services/alert-sender.ts');
const kills = 30;
const alerts = 100_000;
const longestLifeMs = 150;

test('no alert is lost while its sender is killed in mid-send; a file tells each once, in their order', async () => {
  using folder = temporaryFolder();
  const written: string[] = [];
  for (let kill = 0; kill < kills; kill++) written.push(...(await live(folder.path, { killed: true, count: alerts })));
  await live(folder.path, { killed: false, count: written.length });

  const lost = (told: readonly string[]): string[] => written.filter((title) => !told.includes(title));
  const files = readdirSync(join(folder.path, 'alerts')).filter((name) => name.endsWith('.txt'));
  const told = files.map((name) => readFileSync(join(folder.path, 'alerts', name), 'utf8').split('\n')[0] ?? '');
  expect(written.length).toBeGreaterThanOrEqual(kills);
  expect(lost(told)).toEqual([]);
  expect(new Set(told).size).toBe(told.length);

  const slowly = readFileSync(join(folder.path, 'slow.txt'), 'utf8').trimEnd().split('\n');
  const first = [...new Set(slowly)];
  expect(lost(slowly)).toEqual([]);
  expect(first).toEqual(first.toSorted((one, other) => numberOf(one) - numberOf(other)));
  expect(slowly.length).toBeGreaterThan(first.length); // Else none was killed in mid-send.
}, 120_000);

/** Lets it live to its end, or for a while after it began to write; resolves to what it said it wrote. */
async function live(folder: string, { killed, count }: { killed: boolean; count: number }): Promise<string[]> {
  const child = spawn(process.execPath, [sender, folder, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const over = once(child, 'close');
  if (killed) {
    await once(lines, 'line');
    await systemClock.sleep(Math.random() * longestLifeMs);
    child.kill('SIGKILL');
  }
  const [code] = await over;
  if (!killed) expect(code).toBe(0);
  return said;
}

function numberOf(title: string): number {
  return Number(title.split(' ')[1]);
}
