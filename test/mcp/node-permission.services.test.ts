import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { messageOf } from '#lib/errors.ts';
import { connect, type Connection } from '#mcp/connect.ts';
import { nodeCommand, type NodeServer } from '#mcp/node-permission.ts';
import { callText } from '../support/mcp/bad.ts';

const packages = join(import.meta.dirname, '..', '..', 'node_modules');
const filesystem = join(packages, '@modelcontextprotocol', 'server-filesystem', 'dist', 'index.js');
const brave = join(packages, '@brave', 'brave-search-mcp-server', 'dist', 'index.js');
const nosy = join(import.meta.dirname, '..', 'support', 'mcp', 'nosy', 'nosy-server.ts');

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'omega-permission-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function connectNode(server: NodeServer, env: Record<string, string> = {}): Promise<Connection> {
  const { command, args } = await nodeCommand(server);
  const connection = await connect({
    target: {
      kind: 'stdio',
      command,
      args,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      cwd: await temporaryFolder(),
    },
    maxResultBytes: 1024 * 1024,
    startTimeoutMs: 20_000,
    signal: new AbortController().signal,
  });
  onTestFinished(() => connection[Symbol.asyncDispose]());
  return connection;
}

test('the filesystem server reads and writes in its folder, by the name of a link to it as well', async () => {
  const [real, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  const link = join(elsewhere, 'link');
  await symlink(real, link);
  await writeFile(join(real, 'a.txt'), 'hello');
  const connection = await connectNode({ entry: filesystem, args: [link], read: [], write: [link], closed: [] });
  expect(await callText(connection, 'read_text_file', { args: { path: join(link, 'a.txt') } })).toBe('hello');
  const written = await callText(connection, 'write_file', { args: { path: join(real, 'b.txt'), content: 'x' } });
  expect(written).toContain('Successfully wrote');
});

test('a folder that may only be read is not written', async () => {
  const folder = await temporaryFolder();
  const connection = await connectNode({ entry: filesystem, args: [folder], read: [folder], write: [], closed: [] });
  const text = await callText(connection, 'write_file', { args: { path: join(folder, 'b.txt'), content: 'x' } });
  expect(text).toContain('restricted');
});

test('the brave server starts with its own package alone', async () => {
  const connection = await connectNode(
    { entry: brave, args: [], read: [], write: [], closed: [] },
    { BRAVE_API_KEY: 'bogus' },
  );
  const { tools, dropped } = await connection.listTools(new AbortController().signal);
  expect(tools.map(({ name }) => name)).toContain('brave_web_search');
  expect(dropped).toEqual([]);
});

test('a server cannot read elsewhere, start a process or a worker, or load an addon', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'allowed'));
  await writeFile(join(folder, 'secret'), 'x');
  const connection = await connectNode({
    entry: nosy,
    args: [],
    read: [join(folder, 'allowed')],
    write: [],
    closed: [],
  });
  const tried = JSON.parse(await callText(connection, 'try', { args: { secret: join(folder, 'secret') } }));
  const refused = 'ERR_ACCESS_DENIED';
  expect(tried).toEqual({
    secret: refused,
    passwd: refused,
    spawn: refused,
    worker: refused,
    write: refused,
    addon: 'ERR_DLOPEN_DISABLED',
  });
});

test('a folder whose name Node would take for many is refused', async () => {
  const folder = join(await temporaryFolder(), 'all*');
  await expect(
    nodeCommand({ entry: filesystem, args: [], read: [folder], write: [], closed: [] }),
  ).rejects.toMatchObject({
    kind: 'start',
  });
});

/** A folder of ours, with a secret, a server in a folder of its own, and one that lies beside the secret. */
async function closedFolder(): Promise<{ folder: string; secret: string; inside: string; beside: string }> {
  const folder = await temporaryFolder();
  const [secret, inside, beside] = ['.env', 'servers/nosy-server.ts', 'nosy-server.ts'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await mkdir(join(folder, 'servers'));
  await writeFile(secret, 'x');
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  for (const place of [inside, beside]) await copyFile(nosy, place);
  return { folder, secret, inside, beside };
}

test('a script inside of a folder of ours reads its own folder, and nothing else of ours', async () => {
  const { folder, secret, inside } = await closedFolder();
  const connection = await connectNode({ entry: inside, args: [], read: [], write: [], closed: [folder] });
  const tried = JSON.parse(await callText(connection, 'try', { args: { secret } }));
  expect(tried.secret).toBe('ERR_ACCESS_DENIED');
});

test('a script whose folder holds what is ours is not started', async () => {
  const { folder, beside } = await closedFolder();
  for (const closed of [folder, join(folder, 'data')])
    await expect(nodeCommand({ entry: beside, args: [], read: [], write: [], closed: [closed] })).rejects.toMatchObject(
      {
        kind: 'start',
        message: expect.stringContaining(`${beside} lies in ${folder}`),
      },
    );
});

test('a program that is not there is said before anything is started', async () => {
  const missing = nodeCommand({ entry: '/nonexistent/index.js', args: [], read: [], write: [], closed: [] });
  const error = await missing.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: 'start' });
  expect(messageOf(error).match(/ENOENT/g)).toHaveLength(1);
  expect(messageOf(error)).toMatch(/^Its program \/nonexistent\/index\.js cannot be read: /);
});
