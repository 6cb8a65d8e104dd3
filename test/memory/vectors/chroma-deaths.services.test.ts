import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createChromaIndex } from '#holding/memory/vectors/chroma-index.ts';
import type { Memory } from '#holding/memory/memory.ts';
import type { VectorIndex } from '#holding/memory/vectors/vector-index.ts';
import { systemClock } from '#lib/clock.ts';
import { isAlive } from '#ops/lock.ts';
import { openChroma, type TestChroma } from '../../support/chroma.ts';
import { openChromaFront, type ChromaFront, type Fault } from '../../support/chroma-front.ts';
import { fakeClock, type FakeClock } from '../../support/clock.ts';
import { fact, memoryFolder, type TestMemory } from '../../support/memory.ts';

const many = Array.from({ length: 1100 }, (_, at) => fact(`Parcel ${at} of customer ${at % 89} went to Zwolle.`));
const question = { text: 'Where did parcel 700 go?' };
const mended = { pending: 0, fault: null };

let chroma: TestChroma;
let front: ChromaFront;
let index: VectorIndex;
let clock: FakeClock;
let place: TestMemory;
let memory: Memory;
let patience: AbortSignal;

beforeEach(async () => {
  patience = AbortSignal.timeout(80_000);
  chroma = await openChroma();
  front = await openChromaFront(() => chroma.address);
  index = createChromaIndex({ address: () => front.address });
  clock = fakeClock(Date.UTC(2026, 10, 22, 12));
  place = memoryFolder({ index, clock });
  memory = await place.open();
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
  await front[Symbol.asyncDispose]();
  await chroma[Symbol.asyncDispose]();
});

/** Lets the links of the graph point outside of it, at which the server crashes. Its vectors are read as before. */
async function spoilGraph(): Promise<void> {
  await chroma.kill();
  const segment = readdirSync(chroma.folder, { withFileTypes: true }).find((entry) => entry.isDirectory());
  const folder = join(chroma.folder, segment?.name ?? '');
  const elementBytes = Number(readFileSync(join(folder, 'header.bin')).readBigUInt64LE(28));
  const graph = readFileSync(join(folder, 'data_level0.bin'));
  for (let at = 0; at + elementBytes <= graph.length; at += elementBytes) {
    graph.writeUInt16LE(16, at);
    graph.fill(0xff, at + 4, at + 4 + 16 * 4);
  }
  writeFileSync(join(folder, 'data_level0.bin'), graph);
  await chroma.restart();
}

/** As the supervisor does, starts the server again whenever it died; resolves to how often that was. */
async function deathsUntil(isMended: () => Promise<boolean>): Promise<number> {
  let deaths = 0;
  while (!(await isMended())) {
    clock.advance(31_000);
    await systemClock.sleep(50, patience);
    if (isAlive(chroma.pid)) continue;
    await chroma.restart();
    deaths += 1;
  }
  return deaths;
}

test('a collection at whose writes the server dies is made anew after the third', async () => {
  await memory.remember([fact('The flyer is printed in Zwolle.')]);
  await memory.catchUp();
  let killer = '';
  const die: Fault = (asked) => {
    killer ||= asked.url ?? '';
    asked.destroy();
  };
  front.fail(die, /\/upsert$/);
  await memory.remember([fact('Gerda corrects until noon.')]);
  await expect.poll(() => killer).not.toBe('');
  front.fail(die, new RegExp(RegExp.escape(killer)));
  expect(await memory.catchUp()).toMatchObject({ pending: 1, fault: expect.stringContaining('nothing answers') });
  expect(await memory.catchUp()).toMatchObject(mended);
  expect(await memory.verify()).toMatchObject({ ok: true, indexAsked: true });
});

test('a graph that ends the server at each search is mended by itself', { timeout: 90_000 }, async () => {
  await memory.remember(many);
  expect(await memory.catchUp()).toMatchObject(mended);
  await spoilGraph();
  const deaths = await deathsUntil(async () => {
    const { degraded } = await memory.recall(question);
    return degraded === null;
  });
  expect(deaths).toBe(3);
  expect(await memory.verify()).toMatchObject({ ok: true, records: 1100, indexAsked: true });
});

test('one that ends it at each write, though it is read well, is mended by itself', { timeout: 90_000 }, async () => {
  await memory.remember(many);
  expect(await memory.catchUp()).toMatchObject(mended);
  await spoilGraph();
  await memory.remember(many.map(({ text }) => fact(`Another: ${text}`)).slice(0, 300));
  const deaths = await deathsUntil(async () => {
    const { pending, fault } = await memory.catchUp();
    return pending === 0 && fault === null;
  });
  expect(deaths).toBe(3);
  expect(await memory.verify()).toMatchObject({ ok: true, records: 1400, indexAsked: true });
});

test('a collection of probes that ends the server is made anew as well', async () => {
  const { signal } = new AbortController();
  front.fail((asked) => void asked.destroy(), /\/query$/);
  for (const code of ['E_INDEX_AWAY', 'E_INDEX_AWAY', 'E_INDEX_BROKEN'])
    await expect(index.probe(signal)).rejects.toMatchObject({ code });
  front.fail(undefined);
  expect(await index.probe(signal)).toBeGreaterThan(0);
});

test('searches that are lost at the same moment are one death', async () => {
  const { signal } = new AbortController();
  const space = await index.open({ name: 'searched', dimensions: 1 }, signal);
  const one = Float32Array.from([1]);
  front.fail((asked) => void asked.destroy(), /\/query$/);
  const lost = await Promise.allSettled(Array.from({ length: 5 }, () => space.nearest(one, { limit: 1 }, signal)));
  expect(lost.every(({ status }) => status === 'rejected')).toBe(true);
  front.fail(undefined);
  expect(await space.nearest(one, { limit: 1 }, signal)).toEqual([]);
});

test('a server that was merely stopped for a while has killed nobody', async () => {
  await memory.remember([fact('The flyer is printed in Zwolle.')]);
  await memory.catchUp();
  await memory.recall(question);
  await chroma.kill();
  for (let times = 0; times < 5; times += 1) {
    clock.advance(31_000);
    expect((await memory.recall(question)).degraded).toContain('nothing answers there');
  }
  await chroma.restart();
  clock.advance(31_000);
  expect((await memory.recall(question)).degraded).toBeNull();
});
