import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { createChromaIndex } from '#holding/memory/vectors/chroma-index.ts';
import type { VectorIndex } from '#holding/memory/vectors/vector-index.ts';
import { systemClock } from '#lib/clock.ts';
import { readChromaAddress, readChromaState } from '#ops/chroma-state.ts';
import type { ServiceSettings } from '#ops/service.ts';
import chroma from '#ops/services/chroma.ts';
import { point } from '../contract/vector-index.ts';
import { openChroma } from '../support/chroma.ts';
import { temporarySettings, watchedSupervisor, type WatchedSupervisor } from '../support/ops.ts';

const liveness = { everyMs: 2000, misses: 3, startMs: 30_000 };
const { signal } = new AbortController();
const space = { name: 'model-v1', dimensions: 2 };

async function startChroma(settings: ServiceSettings): Promise<WatchedSupervisor> {
  const supervisor = await watchedSupervisor({ services: [chroma], settings, liveness });
  await supervisor.until('chroma', ({ state }) => state === 'ready');
  return supervisor;
}

function indexOf({ paths }: ServiceSettings): VectorIndex {
  return createChromaIndex({ address: () => readChromaAddress(paths) });
}

async function putOne(settings: ServiceSettings): Promise<string> {
  const opened = await indexOf(settings).open(space, signal);
  await opened.put([point('a', [1, 0])], signal);
  return opened.generation;
}

/** Addresses of the TCP sockets of a process as the kernel writes them: local, remote. */
function socketsOf(pid: number): string[][] {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const lines = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) => tableOf(`/proc/net/${kind}`));
  return lines.filter((words) => inodes.has(words[9] ?? '')).map(([, local = '', remote = '']) => [local, remote]);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // Closed meanwhile.
  }
}

function tableOf(path: string): string[][] {
  if (!existsSync(path)) return [];
  const [, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/));
}

function foldersIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

test('the private Chroma starts, and the index finds it by the state that it wrote for its owner alone', async () => {
  await using settings = await temporarySettings();
  await using _supervisor = await startChroma(settings);
  expect(await indexOf(settings).probe(signal)).toBeGreaterThan(0);
  expect(readChromaState(settings.paths)).toMatchObject({ isReady: true, version: expect.stringMatching(/^\d/) });
  expect(statSync(settings.paths.chromaState).mode & 0o777).toBe(0o600);
  expect(statSync(settings.paths.chroma).mode & 0o777).toBe(0o700);
});

test('its log has what it says of itself, and neither its banner nor its advertisements', async () => {
  await using settings = await temporarySettings();
  const supervisor = await startChroma(settings);
  await supervisor.stop();
  const log = readFileSync(join(settings.paths.logs, 'chroma.log'), 'utf8').trim().split('\n');
  expect(log.filter((line) => line.includes('Saving data to'))).toHaveLength(1);
  expect(log.length).toBeLessThan(6);
  expect(log.join('\n')).not.toMatch(/#####|trychroma|OpenTelemetry/);
});

test('it listens on loopback alone, and speaks to nobody', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await startChroma(settings);
  await putOne(settings);
  const loopback = '0100007F';
  const sockets = socketsOf(supervisor.of('chroma').pid ?? 0);
  expect(sockets.length).toBeGreaterThan(0);
  expect(sockets.filter(([local = '']) => !local.startsWith(loopback))).toEqual([]);
  expect(sockets.filter(([, remote = '']) => !remote.startsWith(loopback) && !/^0+:0000$/.test(remote))).toEqual([]);
});

test('after kill -9 it is back on another port, with what it held', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await startChroma(settings);
  const generation = await putOne(settings);
  const opened = await indexOf(settings).open(space, signal);
  const before = readChromaAddress(settings.paths);
  process.kill(supervisor.of('chroma').pid!, 'SIGKILL');
  await supervisor.until('chroma', ({ state, restarts }) => state === 'ready' && restarts === 1);
  expect(readChromaAddress(settings.paths)).not.toBe(before);
  expect(await opened.ids(signal)).toEqual(['a']);
  expect((await indexOf(settings).open(space, signal)).generation).toBe(generation);
});

test('it ends at the stop signal within its time', async () => {
  await using settings = await temporarySettings();
  const supervisor = await startChroma(settings);
  const asked = performance.now();
  await supervisor.stop();
  expect(performance.now() - asked).toBeLessThan(2000);
  expect(supervisor.of('chroma').lastExit).toMatch(/SIGTERM|exit code 143/);
});

test('a client that was left a state from before a crash is told that it is away', async () => {
  await using settings = await temporarySettings();
  const supervisor = await startChroma(settings);
  await supervisor.stop();
  await expect(indexOf(settings).open(space, signal)).rejects.toMatchObject({ code: 'E_INDEX_AWAY' });
});

test('another Omega’s Chroma that took the port is not written to', async () => {
  await using settings = await temporarySettings();
  const supervisor = await startChroma(settings);
  await supervisor.stop();
  await using other = await openChroma();
  const state = { ...readChromaState(settings.paths), port: Number(new URL(other.address).port) };
  writeFileSync(settings.paths.chromaState, JSON.stringify(state));
  const opening = indexOf(settings).open(space, signal);
  await expect(opening).rejects.toMatchObject({
    code: 'E_INDEX_AWAY',
    message: expect.stringContaining('another server'),
  });
});

test('one that an earlier supervisor left behind is ended before a new one takes its files', async () => {
  await using settings = await temporarySettings();
  const { file, args } = await chroma.command(settings);
  const orphan = spawn(file, args, { stdio: 'ignore' });
  const exited = once(orphan, 'exit');
  const looks = chroma.readiness === 'message' ? null : chroma.readiness;
  while ((await looks?.(settings, signal).catch(() => 'not yet')) === 'not yet') await systemClock.sleep(20);
  await using supervisor = await startChroma(settings);
  await exited;
  expect(supervisor.of('chroma')).toMatchObject({ state: 'ready', restarts: 0 });
  expect(await indexOf(settings).probe(signal)).toBeGreaterThan(0);
});

test('where a marker says that the data is broken it is set aside, and the newest two are kept', async () => {
  await using settings = await temporarySettings();
  const { data, chroma: folder, chromaBroken } = settings.paths;
  for (const day of ['01', '02', '03']) mkdirSync(`${folder}.broken-2026-01-${day}T00-00-00-000Z`, { recursive: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'torn'), 'x');
  writeFileSync(chromaBroken, 'it answers with faults\n');
  await using _supervisor = await startChroma(settings);
  const aside = readdirSync(data).filter((name) => name.startsWith(`${basename(folder)}.broken-`));
  expect(aside.toSorted()).toEqual([
    'chromadb.broken-2026-01-03T00-00-00-000Z',
    expect.stringMatching(/^chromadb\.broken-20\d\d-\d\d-\d\dT/),
  ]);
  expect(readdirSync(join(data, aside.toSorted()[1] ?? ''))).toEqual(['torn']);
  expect(existsSync(chromaBroken)).toBe(false);
  expect(await indexOf(settings).spaces(signal)).toEqual([]);
});

test('with a database that is damaged, at which Chroma ends at once, it comes back by itself with an empty one', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await startChroma(settings);
  const generation = await putOne(settings);
  const { pid } = supervisor.of('chroma');
  supervisor.pause('chroma');
  await supervisor.until('chroma', ({ state }) => state === 'paused');
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  writeFileSync(join(settings.paths.chroma, 'chroma.sqlite3'), Buffer.alloc(8192, 0xa5));
  supervisor.resume('chroma');
  await supervisor.until('chroma', ({ state }) => state === 'ready');
  expect((await indexOf(settings).open(space, signal)).generation).not.toBe(generation);
});

test('with a stamp that is damaged, which says whose database it is, the folder is set aside', async () => {
  await using settings = await temporarySettings();
  const { chroma: folder, data } = settings.paths;
  const supervisor = await startChroma(settings);
  const generation = await putOne(settings);
  await supervisor.stop();
  writeFileSync(join(folder, 'omega.json'), '{"database":');
  await using _again = await startChroma(settings);
  expect((await indexOf(settings).open(space, signal)).generation).not.toBe(generation);
  const aside = readdirSync(data).find((name) => name.startsWith(`${basename(folder)}.broken-`));
  expect(readdirSync(join(data, aside ?? ''))).toEqual(expect.arrayContaining(['chroma.sqlite3', 'omega.json']));
});

test('what a dropped space leaves on the disk goes with the next start, and nothing else', async () => {
  await using settings = await temporarySettings();
  const { chroma: folder } = settings.paths;
  const supervisor = await startChroma(settings);
  const generation = await putOne(settings);
  const kept = foldersIn(folder);
  const other = { name: 'model-v2', dimensions: 2 };
  await (await indexOf(settings).open(other, signal)).put([point('b', [0, 1])], signal);
  await indexOf(settings).drop(other.name, signal);
  mkdirSync(join(folder, 'a-folder-of-the-owner'));
  await supervisor.stop();
  expect(foldersIn(folder)).toHaveLength(kept.length + 2);
  await using _again = await startChroma(settings);
  expect(foldersIn(folder)).toEqual(['a-folder-of-the-owner', ...kept].toSorted());
  expect((await indexOf(settings).open(space, signal)).generation).toBe(generation);
});

test('data of a newer Chroma is refused with words, and left as it is', async () => {
  await using settings = await temporarySettings();
  const { chroma: folder } = settings.paths;
  mkdirSync(folder, { recursive: true });
  const stamp = JSON.stringify({ database: `omega-${'0'.repeat(32)}`, version: '99.0.0' });
  writeFileSync(join(folder, 'omega.json'), stamp);
  await expect(chroma.command(settings)).rejects.toMatchObject({
    code: 'E_NEWER_DATA',
    message: expect.stringContaining('99.0.0'),
    hint: expect.stringContaining('journal'),
  });
  expect(readdirSync(folder)).toEqual(['omega.json']);
  expect(readFileSync(join(folder, 'omega.json'), 'utf8')).toBe(stamp);
});

test('data of an older Chroma is taken over, under the same name', async () => {
  await using settings = await temporarySettings();
  const { chroma: folder } = settings.paths;
  mkdirSync(folder, { recursive: true });
  const database = `omega-${'1'.repeat(32)}`;
  writeFileSync(join(folder, 'omega.json'), JSON.stringify({ database, version: '1.0.0' }));
  await using _supervisor = await startChroma(settings);
  expect(readChromaState(settings.paths)).toMatchObject({ database });
  expect(JSON.parse(readFileSync(join(folder, 'omega.json'), 'utf8'))).not.toMatchObject({ version: '1.0.0' });
});

test('an address of the owner’s own makes the private Chroma needless', async () => {
  await using settings = await temporarySettings();
  expect(chroma.enabled({ ...settings, env: { ...settings.env, chromaUrl: 'http://somewhere:8000' } })).toBe(false);
  expect(chroma.enabled(settings)).toBe(true);
});
