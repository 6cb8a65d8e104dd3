import { expect, test } from 'vitest';
import { createChromaIndex } from '#holding/memory/vectors/chroma-index.ts';
import { openChroma } from '../support/chroma.ts';
import { fact, memoryFolder } from '../support/memory.ts';

const many = Array.from({ length: 1500 }, (_, at) =>
  fact(`Parcel ${at} of customer ${at % 89} went to Zwolle by van.`),
);

test('a Chroma whose vectors were torn answers again by itself, with all of them', async () => {
  await using chroma = await openChroma();
  await using index = createChromaIndex({ address: () => chroma.address });
  await using place = memoryFolder({ index });
  const memory = await place.open();
  await memory.remember(many);
  await memory.catchUp();
  await chroma.corrupt('vectors');
  await chroma.restart();
  const startedAt = performance.now();
  expect((await memory.recall({ text: 'Where did parcel 700 go?' })).hits).not.toEqual([]);
  await expect
    .poll(async () => (await memory.recall({ text: 'Where did parcel 700 go?' })).degraded, { timeout: 30_000 })
    .toBeNull();
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  expect(await memory.verify()).toMatchObject({ ok: true, records: 1500, indexAsked: true });
});

test('writes go on while Chroma is killed again and again, and nothing of them is lost', async () => {
  await using chroma = await openChroma();
  await using index = createChromaIndex({ address: () => chroma.address });
  await using place = memoryFolder({ index });
  const memory = await place.open();
  for (let round = 0; round < 5; round += 1) {
    const writing = memory.remember(many.slice(round * 100, (round + 1) * 100));
    await chroma.kill();
    expect((await writing).every(({ outcome }) => outcome === 'remembered')).toBe(true);
    await chroma.restart();
  }
  expect(await memory.catchUp()).toMatchObject({ pending: 0, fault: null });
  expect(await memory.verify()).toMatchObject({ ok: true, records: 500, indexAsked: true });
});
