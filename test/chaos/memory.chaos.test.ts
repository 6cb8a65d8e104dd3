import { beforeAll, expect, test } from 'vitest';
import { stormMemory, type MemoryAftermath } from '../support/memory-storm.ts';

let after: MemoryAftermath;

beforeAll(async () => {
  const { signal } = new AbortController();
  after = await stormMemory({ seconds: 30, fewestKills: 200, tell: () => {}, signal });
  const { kills, midWrite, operations, acknowledged, torn, setAside, records, settledMs } = after;
  const facts = { ...kills, midWrite, operations, ...acknowledged, torn, setAside, records, settledMs };
  process.stdout.write(`the memory under kills: ${JSON.stringify(facts)}\n`);
}, 400_000);

test('Chroma and a process that writes were killed two hundred times, and often in the midst of a write', () => {
  expect(after.kills.writer + after.kills.chroma).toBeGreaterThanOrEqual(200);
  expect(after.kills.writer).toBeGreaterThan(20);
  expect(after.midWrite).toBeGreaterThan(10);
});

test('between the kills it remembered, revised, forgot and recalled, and refused nothing', () => {
  expect(after.operations).toBeGreaterThan(50);
  expect(after.acknowledged.forgotten).toBeGreaterThan(3);
  expect(after).toMatchObject({ refusals: [], crashes: 0 });
});

test('every record that was acknowledged is there with its text', () => {
  expect(after.acknowledged.records).toBeGreaterThan(1000);
  expect(after.lost).toEqual([]);
});

test('nothing that was forgotten is in any file, export or vector', () => {
  expect(after.undead).toEqual([]);
});

test('journal, shelf and index agree on every record, an index that was torn included', () => {
  expect(after.spoilt).toBeGreaterThan(0);
  expect(after.torn).toBeGreaterThan(0);
  expect(after.faults).toEqual([]);
});

test('a recall finds what was remembered, by its words and by its vector', () => {
  expect(after.unrecalled).toEqual([]);
});
