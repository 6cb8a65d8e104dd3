import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { openField } from '../support/mcp/hub-fixture.ts';

const soon = (): AbortSignal => AbortSignal.timeout(30_000);

test('each unit sees its own tools, by qualified names', async () => {
  await using field = openField();
  field.configure({
    one: { omega: { allow: ['echo'], units: ['marketing'] } },
    two: { omega: { allow: ['env', 'late'], units: ['sales'] } },
  });
  await using hub = await field.open();
  expect((await hub.catalogue('marketing', soon())).map(({ name }) => name)).toEqual(['one.echo']);
  expect((await hub.catalogue('sales', soon())).map(({ name }) => name)).toEqual(['two.env', 'two.late']);
  expect(await hub.catalogue('nobody', soon())).toEqual([]);
  expect(await hub.catalogue('owner', soon())).toHaveLength(3);
});

test('a server whose tools are known is not started for the catalogue, also by the next process', async () => {
  await using field = openField();
  field.configure({ small: { omega: { allow: ['echo'] } } });
  {
    await using hub = await field.open();
    await hub.catalogue('marketing', soon());
  }
  await using hub = await field.open();
  expect(await hub.catalogue('marketing', soon())).toHaveLength(1);
  expect(field.starts('small')).toHaveLength(1);
});

test('a server that cannot be asked is left out, and the others are there', async () => {
  await using field = openField();
  field.configure({
    dead: {},
    off: { disabled: true },
    keyless: { env: { K: '${NO_KEY}' } },
    good: { omega: { allow: ['echo'] } },
  });
  field.setMode('dead', { dies: true });
  await using hub = await field.open();
  expect((await hub.catalogue('marketing', soon())).map(({ name }) => name)).toEqual(['good.echo']);
});

test('the shipped catalogue of the real servers is 85 % smaller than what they list', async () => {
  await using field = openField();
  const variables = { BRAVE_API_KEY: 'only-good-for-listing', OMEGA_MCP_CONFIG: join(root, 'mcp.json') };
  await using hub = await field.open({ variables, shippedLock: join(root, 'mcp.lock.json') });
  const catalogue = await hub.catalogue('marketing', soon());
  expect(catalogue.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['filesystem.read_text_file', 'brave-search.brave_web_search']),
  );
  expect(catalogue.some((entry) => 'outputSchema' in entry)).toBe(false);
  const listed = await Promise.all([
    bytesListed('@modelcontextprotocol/server-filesystem', [field.paths.data]),
    bytesListed('@brave/brave-search-mcp-server', []),
  ]);
  const share = JSON.stringify(catalogue).length / (listed[0] + listed[1]);
  expect(share).toBeLessThanOrEqual(0.15);
});

/** What the server says of all its tools, as a plain client gets it. */
async function bytesListed(name: string, args: readonly string[]): Promise<number> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(root, 'node_modules', name, 'dist/index.js'), ...args],
    env: { BRAVE_API_KEY: 'only-good-for-listing' },
    stderr: 'ignore',
  });
  await client.connect(transport);
  const { tools } = await client.listTools();
  await client.close();
  return JSON.stringify(tools).length;
}
