import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDictionary } from '#holding/memory/words/dictionary.ts';
import { root } from '#lib/paths.ts';
import { findFreedict, isComplete } from '#ops/freedict.ts';
import { firstOnPath } from '#ops/redis-binary.ts';
import { dictionaryIn } from '../../scripts/dictionary.ts';
import { lookAtDictionary } from '../../scripts/doctor-dictionary.ts';
import { runProgram, temporaryFolder, type Ended } from '../support/outsider.ts';

const hasApt = (await firstOnPath(['apt-get'])) !== null;
const isInstalled = isComplete(findFreedict({ root: '/nonexistent' }));
const hasOwn = existsSync(join(root, '.runtime', 'freedict'));

/** What a start does for the dictionary of the checkout at this path. */
async function prepare(path: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const script = `
    const { prepareDictionary } = await import(${JSON.stringify(join(root, 'scripts', 'dictionary.ts'))});
    const tell = (step) => console.log(step);
    await prepareDictionary({ tell, signal: AbortSignal.timeout(55_000), root: ${JSON.stringify(path)} });`;
  return await runProgram(process.execPath, ['--input-type=module', '-e', script], { env });
}

async function pathWithoutApt(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const tool of ['sh', 'env']) symlinkSync((await firstOnPath([tool])) ?? '', join(bin, tool));
  return bin;
}

function versionIn(path: string): string {
  using dictionary = openDictionary(dictionaryIn(path));
  return dictionary.version;
}

test.skipIf(isInstalled)(
  'without the larger dictionaries it is made of Omega’s own words, and says what that means, once a day',
  async () => {
    using folder = temporaryFolder();
    const PATH = await pathWithoutApt(folder.path);
    const first = await prepare(folder.path, { PATH });
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^dictionary of \d{4,} words\n$/) });
    expect(first.stderr).toContain(
      'could not be loaded: this system has no apt.\n  → Memory finds less across languages',
    );
    expect(await prepare(folder.path, { PATH })).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(readdirSync(join(folder.path, '.runtime')).toSorted()).toEqual(['dictionary.sqlite', 'freedict.refused']);

    const yesterday = Date.now() / 1000 - 90_000;
    utimesSync(join(folder.path, '.runtime', 'freedict.refused'), yesterday, yesterday);
    expect((await prepare(folder.path, { PATH })).stderr).toContain('this system has no apt');
  },
);

test.skipIf(isInstalled)('the doctor warns of what is missing, and says why and how to mend it', async () => {
  using folder = temporaryFolder();
  expect(await lookAtDictionary(folder.path)).toMatchObject({ state: 'unknown' });
  await prepare(folder.path, { PATH: await pathWithoutApt(folder.path) });
  expect(await lookAtDictionary(folder.path)).toEqual({
    state: 'warning',
    what: 'memory finds less across Dutch and English: FreeDict is missing (this system has no apt)',
    mend: expect.stringContaining('then npm run stop and npm start'),
  });
});

test.skipIf(!hasOwn)('with them it is made of all, and two starts at once make the same', async () => {
  using folder = temporaryFolder();
  cpSync(join(root, '.runtime', 'freedict'), join(folder.path, '.runtime', 'freedict'), { recursive: true });
  const ended = await Promise.all([prepare(folder.path), prepare(folder.path)]);
  for (const { exitCode, stderr } of ended) expect([exitCode, stderr]).toEqual([0, '']);
  using dictionary = openDictionary(dictionaryIn(folder.path));
  expect(dictionary.translate('zomer', 'nl')).toContain('summer');
  expect(readdirSync(join(folder.path, '.runtime')).toSorted()).toEqual(['dictionary.sqlite', 'freedict']);
  expect(await lookAtDictionary(folder.path)).toMatchObject({ state: 'fine' });
});

test.skipIf(isInstalled)('a damaged one is made anew, and what a killed start left is cleared away', async () => {
  using folder = temporaryFolder();
  const PATH = await pathWithoutApt(folder.path);
  await prepare(folder.path, { PATH });
  const version = versionIn(folder.path);
  writeFileSync(dictionaryIn(folder.path), 'no database '.repeat(500));
  const pid = 4_194_305; // Above what Linux gives out.
  writeFileSync(`${dictionaryIn(folder.path)}.${pid}.tmp`, 'half');
  mkdirSync(join(folder.path, '.runtime', `freedict.${pid}.tmp`, 'cache'), { recursive: true });
  expect(await prepare(folder.path, { PATH })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(versionIn(folder.path)).toBe(version);
  expect(readdirSync(join(folder.path, '.runtime')).toSorted()).toEqual(['dictionary.sqlite', 'freedict.refused']);
});

test.skipIf(!hasOwn || isInstalled)(
  'larger ones that are damaged are told of, left out, and loaded anew by the next start',
  async () => {
    using folder = temporaryFolder();
    const own = join(folder.path, '.runtime', 'freedict');
    cpSync(join(root, '.runtime', 'freedict'), own, { recursive: true });
    writeFileSync(join(own, 'usr', 'share', 'dictd', 'freedict-nld-eng.dict.dz'), 'no gzip');
    const { exitCode, stderr } = await prepare(folder.path);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('cannot be read: incorrect header check');
    expect(existsSync(own)).toBe(false);
    using dictionary = openDictionary(dictionaryIn(folder.path));
    expect(dictionary.translate('aandeelhouder', 'nl')).toContain('shareholder');
  },
);

test.runIf(process.getuid?.() === 0)('a checkout that cannot be written stops no start', async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, '.runtime'), 'a file where a folder should be');
  const { exitCode, stdout, stderr } = await prepare(folder.path);
  expect([exitCode, stdout]).toEqual([0, '']);
  expect(stderr).toContain('The dictionary of the memory cannot be made');
});

test.skipIf(process.getuid?.() === 0)('a checkout of somebody else stops no start', async () => {
  using folder = temporaryFolder();
  chmodSync(folder.path, 0o500);
  const { exitCode, stderr } = await prepare(folder.path);
  chmodSync(folder.path, 0o700);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('The dictionary of the memory cannot be made');
});

test.skipIf(!hasApt || isInstalled)(
  'a network that swallows everything delays a start by no more than a quarter of a minute',
  async () => {
    using folder = temporaryFolder();
    await using server = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1'); // Takes every connection and never answers.
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const configuration = join(folder.path, 'apt.conf');
    const proxy = `http://127.0.0.1:${port}`;
    writeFileSync(configuration, `Acquire::http::Proxy "${proxy}"; Acquire::https::Proxy "${proxy}";`);
    const { exitCode, ms, stdout, stderr } = await prepare(folder.path, {
      APT_CONFIG: configuration,
      http_proxy: proxy,
      https_proxy: proxy,
    });
    expect(exitCode).toBe(0);
    expect(ms).toBeLessThan(25_000);
    expect(stdout).toMatch(/^dictionary of \d+ words/);
    expect(stderr).toContain('apt was not done after 15 s');
    expect((await prepare(folder.path)).ms).toBeLessThan(5000);
  },
);

test.skipIf(!hasApt || isInstalled)('a network that refuses is told of', async () => {
  using folder = temporaryFolder();
  const configuration = join(folder.path, 'apt.conf');
  writeFileSync(
    configuration,
    'Acquire::http::Proxy "http://127.0.0.1:9"; Acquire::https::Proxy "http://127.0.0.1:9";',
  );
  const proxy = 'http://127.0.0.1:9';
  const { exitCode, stderr, ms } = await prepare(folder.path, {
    APT_CONFIG: configuration,
    http_proxy: proxy,
    https_proxy: proxy,
  });
  expect(exitCode).toBe(0);
  expect(stderr).toContain('! Dutch and English dictionaries could not be loaded: ');
  expect(ms).toBeLessThan(25_000);
});
