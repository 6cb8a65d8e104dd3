import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemoryOptions } from '#holding/memory/create-memory.ts';
import { createPlainIndex } from '#holding/memory/vectors/plain-index.ts';
import { OmegaError } from '#lib/errors.ts';
import { fakeClock, type FakeClock } from '../../support/clock.ts';
import { countingGrams, fact, fickle, memoryFolder, type FickleIndex, type TestMemory } from '../../support/memory.ts';

const signal = AbortSignal.timeout(60_000);
const embedder = countingGrams('test-grams-v1');

let place: TestMemory;
let index: FickleIndex;
let clock: FakeClock;

beforeEach(() => {
  index = fickle(createPlainIndex());
  clock = fakeClock(Date.UTC(2026, 10, 22, 12));
  place = memoryFolder({ clock, index, embedder });
});
afterEach(() => place[Symbol.asyncDispose]());

test('a broken index is dropped and made anew, once it was broken twice', async () => {
  const memory = await place.open();
  await memory.remember([fact('The flyer is printed in Zwolle.')]);
  await memory.catchUp();
  index.fault = 'broken';
  await memory.remember([fact('The stickers are printed in Nijkerk.')]);
  expect(await memory.catchUp()).toMatchObject({ pending: 0, fault: null });
  expect(index.puts).toBe(3);
  expect(await memory.verify()).toMatchObject({ ok: true, indexAsked: true });
});

test('one that stays broken is handed to whoever runs it, at most every thirty seconds', async () => {
  const reasons: string[] = [];
  let mends = false;
  index.isStuck = true;
  index.fault = 'broken';
  const askForRepair: MemoryOptions['askForRepair'] = async (reason) => {
    reasons.push(reason);
    if (mends) index.fault = null;
  };
  const memory = await place.open({ askForRepair });
  await memory.remember([fact('The flyer is printed in Zwolle.')]);
  expect(await memory.catchUp()).toMatchObject({ pending: 1, fault: 'It answers with faults' });
  await memory.catchUp();
  expect(reasons).toEqual(['It answers with faults']);
  mends = true;
  clock.advance(31_000);
  expect(await memory.catchUp()).toMatchObject({ pending: 0, fault: null });
  expect(reasons).toHaveLength(2);
});

test('a recall that meets a broken index has it mended meanwhile', async () => {
  const memory = await place.open();
  await memory.remember([fact('The flyer is printed in Zwolle.')]);
  await memory.catchUp();
  index.fault = 'broken';
  expect((await memory.recall({ text: 'where is the flyer printed?' })).degraded).toContain('words alone');
  await expect.poll(async () => (await memory.recall({ text: 'flyer printed' })).degraded).toBeNull();
});

test('an index that hangs costs one recall some seconds, and the next ones nothing', async () => {
  const memory = await place.open();
  await memory.remember([fact('The flyer is printed in Zwolle.')]);
  await memory.catchUp();
  index.fault = 'hanging';
  const first = await memory.recall({ text: 'where is the flyer printed?' });
  expect(first.degraded).toContain('within 4 s');
  expect(first.hits).toHaveLength(1);
  const second = await memory.recall({ text: 'where is the flyer printed?' });
  expect(second.degraded).toContain('within 4 s');
  expect(second.tookMs).toBeLessThan(1000);
});

test('an index that came back empty is not taken for one in which nothing is found', async () => {
  const memory = await place.open();
  await memory.remember([fact('The flyer is printed in Zwolle.')]);
  await memory.catchUp();
  await index.drop(embedder.space, signal);
  expect((await memory.recall({ text: 'where is the flyer printed?' })).degraded).toContain('begun anew');
  await expect.poll(() => memory.stats().index).toMatchObject({ pending: 0, fault: null });
});

test('vectors that were lost unseen are put again, and strays are removed', async () => {
  const memory = await place.open();
  const receipts = await memory.remember([fact('The flyer is printed in Zwolle.'), fact('Gerda corrects until noon.')]);
  await memory.catchUp();
  const space = await index.open({ name: embedder.space, dimensions: 64 }, signal);
  const [vector] = await embedder.embed(['stray'], 'document', signal);
  await space.remove([receipts[0]?.id ?? ''], signal);
  await space.put([{ id: 'f'.repeat(64), vector: vector!, kind: 'fact', unit: 'marketing' }], signal);
  expect((await memory.verify()).faults).toEqual([
    expect.stringContaining('has no vector'),
    expect.stringContaining('is no record'),
  ]);
  await memory.consolidate();
  expect(await memory.verify()).toMatchObject({ ok: true, faults: [] });
  await space.remove([receipts[0]?.id ?? ''], signal);
  await memory.catchUp();
  expect(await memory.verify()).toMatchObject({ ok: true, faults: [] });
});

test('texts in which the model knows nothing have no vector, and that is no fault', async () => {
  const memory = await place.open();
  await memory.remember([fact('⚠⚠⚠ → ✓'), fact('The flyer is printed in Zwolle.')]);
  expect(await memory.catchUp()).toMatchObject({ pending: 0, fault: null });
  expect(index.puts).toBe(1);
  expect(await memory.verify()).toMatchObject({ ok: true, indexAsked: true });
});

test('what has no vector is not looked for in the index each time', async () => {
  let asked = 0;
  const open: typeof index.open = async (...how) => {
    const space = await index.open(...how);
    return { ...space, ids: (end) => ((asked += 1), space.ids(end)) };
  };
  const memory = await place.open({ index: { ...index, open } });
  await memory.remember([fact('⚠⚠⚠ → ✓'), fact('The flyer is printed in Zwolle.')]);
  for (let times = 0; times < 3; times += 1) await memory.catchUp();
  expect(asked).toBe(1);
  const [receipt] = await memory.remember([fact('The stickers are printed in Nijkerk.')]);
  await memory.catchUp();
  expect(asked).toBe(1);
  await (await index.open({ name: embedder.space, dimensions: 64 }, signal)).remove([receipt?.id ?? ''], signal);
  await memory.catchUp();
  expect(asked).toBe(2);
  expect(await memory.verify()).toMatchObject({ ok: true, indexAsked: true });
});

test('a text that the model refuses keeps nothing else waiting, and stays told', async () => {
  const embed: typeof embedder.embed = async (texts, ...rest) => {
    if (texts.some((text) => text.includes('Zwolle')))
      throw new OmegaError('too long', { code: 'E_EMBED', permanent: true });
    return embedder.embed(texts, ...rest);
  };
  const memory = await place.open({ embedder: { ...embedder, embed } });
  await memory.remember([
    fact('Gerda corrects until noon.'),
    fact('Printed in Zwolle.'),
    fact('Truus drives the van.'),
  ]);
  expect(await memory.catchUp()).toMatchObject({ pending: 1, fault: expect.stringContaining('refuses 1') });
  expect(index.puts).toBe(2);
});

test('a space of another length is made anew', async () => {
  const before = await place.open();
  await before.remember([fact('The flyer is printed in Zwolle.')]);
  await before.catchUp();
  const after = await place.open({ embedder: countingGrams(embedder.space, 96) });
  expect(await after.catchUp()).toMatchObject({ pending: 0, fault: null });
  expect((await after.recall({ text: 'flyer printed' })).degraded).toBeNull();
});

test('without any index it recalls by words, and says so', async () => {
  const memory = await place.open({ index: null });
  await memory.remember([fact('The flyer is printed in Zwolle.')]);
  const recall = await memory.recall({ text: 'where is the flyer printed?' });
  expect([recall.hits.length, recall.degraded]).toEqual([1, expect.stringContaining('no index of vectors')]);
  expect((await memory.catchUp()).fault).toContain('no index of vectors');
  expect(await memory.verify()).toMatchObject({ ok: true, indexAsked: false });
});

test('disposed while somebody waits for the index, it tells what was known last', async () => {
  const memory = await place.open();
  await memory.remember([fact('The flyer is printed in Zwolle.')]);
  const waiting = memory.catchUp();
  await memory[Symbol.asyncDispose]();
  expect(await waiting).toMatchObject({ space: embedder.space, pending: 0 });
});
