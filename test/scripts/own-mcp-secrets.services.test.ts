import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { firstClient } from '../support/mcp/own-clients.ts';
import { ownData } from '../support/mcp/own-data.ts';

test('a key that only mcp.json names stands in no answer of Omega’s own server', async () => {
  await using data = await ownData();
  const server = { command: 'node', args: ['/nonexistent/x.js'], env: { WIKI_KEY: '${WIKI_KEY}' } };
  writeFileSync(data.paths.mcpConfig, JSON.stringify({ mcpServers: { wiki: server } }));
  await data.report('# The key is wiki-secret-123');
  await using client = await firstClient(data.stdio({ WIKI_KEY: 'wiki-secret-123' }));
  const read = await client.read('omega://reports/marketing/2025-11-22-trends');
  expect(read).toContain('# The key is [redacted]');
});
