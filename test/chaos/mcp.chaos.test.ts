import { expect, test } from 'vitest';
import mcp from '../../bench/mcp.ts';

test('no idempotent call fails and no process is left while the real filesystem server is killed for twenty seconds', async () => {
  const figures = await mcp.run({ seconds: 20, tell: () => {}, signal: new AbortController().signal });
  expect(figures['chaosKills']).toBeGreaterThan(8);
  expect(figures['chaosCalls']).toBeGreaterThan(500);
  expect(figures).toMatchObject({ chaosFailed: 0, orphans: 0, connectionKept: 1 });
  expect(figures['deadServerStarts']).toBeGreaterThan(1);
  expect(figures['deadServerStarts']).toBeLessThanOrEqual(10);
});
