import { expect, test } from 'vitest';
import { foundAround, type AroundParts } from '#holding/memory/recall/found-around.ts';

const vector = Float32Array.from([1, 0]);
const neighbours = [
  { id: 'a', similarity: 0.9 },
  { id: 'b', similarity: 0.5 },
];

/** So many of so many records have a kept vector; their average has the cosine 0.2. */
function parts(kept: number, records: number): AroundParts {
  return {
    kept: { vectorOf: () => null, averageOf: () => Float32Array.from([0.2, 0.9]), countOf: () => kept },
    shelf: {
      counts: () => [
        { unit: 'marketing', kind: 'fact', status: 'active', records },
        { unit: 'marketing', kind: 'trend', status: 'aged', records: 1000 },
      ],
    },
  };
}

test.each([
  { of: 'all', kept: 10, records: 10, average: 0.2 },
  { of: 'half', kept: 5, records: 10, average: 0.2 },
  { of: 'two hundred of very many', kept: 200, records: 10_000, average: 0.2 },
  { of: 'few', kept: 4, records: 10, average: 0.5 },
  { of: 'none', kept: 0, records: 10, average: 0.5 },
])('where vectors of $of are kept, the average is theirs or the farthest found', ({ kept, records, average }) => {
  const around = foundAround(vector, { neighbours, isAll: false, space: 'test-v1' }, parts(kept, records));
  expect(around.average).toBeCloseTo(average);
});

test('with few vectors kept the average is that of all, where all were found', () => {
  const around = foundAround(vector, { neighbours, isAll: true, space: 'test-v1' }, parts(1, 10));
  expect(around.average).toBeCloseTo(0.7);
});

test('where nothing was found or kept it is nought', () => {
  const around = foundAround(vector, { neighbours: [], isAll: true, space: 'test-v1' }, parts(0, 10));
  expect(around.average).toBe(0);
});
