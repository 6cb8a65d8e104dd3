import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { installedVersion, installServer } from '#mcp/install.ts';
import { defineServer, type Server } from '#mcp/server.ts';

const signal = new AbortController().signal;

function folderOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `omega-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

interface Registry {
  /** Paths that were asked for. */
  readonly asked: string[];
  /** Whether the package itself is handed out, not only its description. */
  hands: 'whole' | 'nothing' | 'never';
}

/** A registry on loopback with one package, `@omega/small` 1.2.3, whose install script would leave a mark. */
async function registry(): Promise<Registry> {
  const folder = folderOf('registry');
  const manifest = {
    name: '@omega/small',
    version: '1.2.3',
    main: 'index.js',
    scripts: { postinstall: `node -e "require('fs').writeFileSync('${folder}/mark', '')"` },
  };
  mkdirSync(join(folder, 'small'));
  writeFileSync(join(folder, 'small', 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'small', 'index.js'), 'export default 1;\n');
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: join(folder, 'small') });
  const tarball = readFileSync(join(folder, 'omega-small-1.2.3.tgz'));
  const state: Registry = { asked: [], hands: 'whole' };
  const server = createServer((request, response) => {
    state.asked.push(request.url ?? '');
    const base = `http://${request.headers.host}`;
    if (request.url === '/@omega%2fsmall') {
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
      const dist = { tarball: `${base}/small.tgz`, integrity };
      const versions = { '1.2.3': { ...manifest, hasInstallScript: true, dist } };
      response.end(JSON.stringify({ name: manifest.name, 'dist-tags': { latest: '1.2.3' }, versions }));
    } else if (request.url !== '/small.tgz' || state.hands === 'nothing') response.writeHead(404).end('{}');
    else if (state.hands === 'whole') response.end(tarball);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  vi.stubEnv('npm_config_registry', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('npm_config_cache', folderOf('npm-cache'));
  onTestFinished(() => void vi.unstubAllEnvs());
  onTestFinished(() => expect(existsSync(join(folder, 'mark'))).toBe(false));
  return state;
}

function small(version = '1.2.3'): Server {
  return defineServer({
    name: 'small',
    summary: 'is small',
    install: { package: '@omega/small', version, megabytes: 1 },
  });
}

test('loads the exact version, tells of it, runs no script of it, and leaves nothing beside it', async () => {
  await registry();
  const folder = folderOf('install');
  const told: string[] = [];
  expect(await installedVersion(small(), folder)).toBeNull();
  await installServer(small(), { folder, signal, tell: (line) => told.push(line) });
  expect(await installedVersion(small(), folder)).toBe('1.2.3');
  expect(told[0]).toBe('loading @omega/small 1.2.3: about 1 MB on the disk');
  expect(told.at(-1)).toMatch(/^@omega\/small 1\.2\.3 is installed \(\d+\.\d s\)$/);
  expect(readdirSync(folder)).toEqual(['package']);
});

test('what is there is not loaded again', async () => {
  const { asked } = await registry();
  const folder = folderOf('install');
  await installServer(small(), { folder, signal, tell: () => {} });
  const before = asked.length;
  await installServer(small(), { folder, signal, tell: () => {} });
  expect(asked).toHaveLength(before);
});

test('a version that the registry lacks is refused with a hint, and the one that is there stays', async () => {
  await registry();
  const folder = folderOf('install');
  await installServer(small(), { folder, signal, tell: () => {} });
  const failing = installServer(small('9.9.9'), { folder, signal, tell: () => {} });
  await expect(failing).rejects.toMatchObject({ code: 'E_INSTALL', hint: expect.stringContaining('does not have it') });
  expect(await installedVersion(small(), folder)).toBe('1.2.3');
  expect(readdirSync(folder)).toEqual(['package']);
});

test('a package that breaks off is not taken for one, and the next try is whole', async () => {
  const state = await registry();
  const folder = folderOf('install');
  state.hands = 'nothing';
  await expect(installServer(small(), { folder, signal, tell: () => {} })).rejects.toMatchObject({ code: 'E_INSTALL' });
  expect(await installedVersion(small(), folder)).toBeNull();
  expect(readdirSync(folder)).toEqual([]);
  state.hands = 'whole';
  await installServer(small(), { folder, signal, tell: () => {} });
  expect(await installedVersion(small(), folder)).toBe('1.2.3');
});

test('ends when it is told to, and leaves nothing', async () => {
  const state = await registry();
  const folder = folderOf('install');
  state.hands = 'never';
  const stop = new AbortController();
  const installing = installServer(small(), { folder, signal: stop.signal, tell: () => {} });
  await vi.waitUntil(() => state.asked.includes('/small.tgz'), { timeout: 20_000 });
  stop.abort(new Error('Stopped by you.'));
  await expect(installing).rejects.toThrow('Stopped by you.');
  expect(readdirSync(folder)).toEqual([]);
});

test('without a registry it says that the network is missing', async () => {
  await registry();
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9');
  const installing = installServer(small(), { folder: folderOf('install'), signal, tell: () => {} });
  await expect(installing).rejects.toMatchObject({ hint: expect.stringContaining('cannot be reached') });
});

test('what a killed installation left is cleared away, and that of a living one is not', async () => {
  await registry();
  const folder = folderOf('install');
  for (const name of ['package.999999999.tmp', `package.${process.ppid}.tmp`, 'package.old'])
    mkdirSync(join(folder, name));
  await installServer(small(), { folder, signal, tell: () => {} });
  expect(readdirSync(folder).toSorted()).toEqual(['package', `package.${process.ppid}.tmp`].toSorted());
});

test('a server that needs no installing says so', async () => {
  const installing = installServer(defineServer({ name: 'here', summary: 'is here' }), {
    folder: '/nowhere',
    signal,
    tell: () => {},
  });
  await expect(installing).rejects.toMatchObject({ code: 'E_USAGE', exitCode: 2 });
});
