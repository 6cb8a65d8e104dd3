import { describe, expect, test } from 'vitest';
import type { Kind } from '#holding/memory/record.ts';
import type { OpenSpace, Point, VectorIndex } from '#holding/memory/vectors/vector-index.ts';

export interface IndexContract {
  readonly name: string;
  /** An index with nothing in it. */
  readonly open: () => Promise<VectorIndex & AsyncDisposable>;
  /** Loses all that this index holds, as a crash or an owner would. */
  readonly lose: (index: VectorIndex) => Promise<void>;
}

const signal = AbortSignal.timeout(120_000);
const space = { name: 'model-v1', dimensions: 4 };

/** A point of the contract's tests. */
export function point(id: string, vector: readonly number[], marks: { unit?: string; kind?: Kind } = {}): Point {
  return { id, vector: Float32Array.from(vector), unit: 'brain', kind: 'fact', ...marks };
}

/** As many points as asked for, each with a direction of its own; the same ones each time. */
export function manyPoints(count: number, dimensions: number): Point[] {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return Array.from({ length: count }, (_, index) =>
    point(`id-${index}`, Array.from({ length: dimensions }, random), { unit: index % 2 === 0 ? 'even' : 'odd' }),
  );
}

/** What every index of vectors must do, whatever keeps them. */
export function describeVectorIndex({ name, open, lose }: IndexContract): void {
  const nearest = async (opened: OpenSpace, vector: readonly number[], limit = 10): Promise<string[]> =>
    (await opened.nearest(Float32Array.from(vector), { limit }, signal)).map(({ id }) => id);

  describe(`${name}, as every index of vectors`, () => {
    test('gives the nearest first, with the cosine', async () => {
      await using index = await open();
      const opened = await index.open(space, signal);
      await opened.put(
        [point('far', [0, 0, 0, 1]), point('near', [2, 0, 0, 0]), point('between', [1, 1, 0, 0])],
        signal,
      );
      const found = await opened.nearest(Float32Array.from([5, 0, 0, 0]), { limit: 10 }, signal);
      expect(found.map(({ id }) => id)).toEqual(['near', 'between', 'far']);
      expect(found.map(({ similarity }) => similarity)).toEqual([
        expect.closeTo(1, 5),
        expect.closeTo(Math.SQRT1_2, 5),
        expect.closeTo(0, 5),
      ]);
    });

    test('gives an opposite direction a cosine of -1', async () => {
      await using index = await open();
      const opened = await index.open(space, signal);
      await opened.put([point('opposite', [-1, 0, 0, 0])], signal);
      const [found] = await opened.nearest(Float32Array.from([1, 0, 0, 0]), { limit: 1 }, signal);
      expect(found?.similarity).toBeCloseTo(-1, 5);
    });

    test('gives no more than asked for, and nothing from an empty space', async () => {
      await using index = await open();
      const opened = await index.open(space, signal);
      expect(await nearest(opened, [1, 0, 0, 0])).toEqual([]);
      await opened.put([point('a', [1, 0, 0, 0]), point('b', [0, 1, 0, 0])], signal);
      expect(await nearest(opened, [1, 0, 0, 0], 1)).toEqual(['a']);
      expect(await nearest(opened, [1, 0, 0, 0], 0)).toEqual([]);
      expect(await nearest(opened, [1, 0, 0, 0], 50)).toHaveLength(2);
    });

    test('puts a vector in the place of the one with the same id, with its unit and kind', async () => {
      await using index = await open();
      const opened = await index.open(space, signal);
      await opened.put([point('a', [1, 0, 0, 0], { unit: 'old', kind: 'trend' })], signal);
      await opened.put([point('a', [0, 1, 0, 0], { unit: 'new', kind: 'fact' })], signal);
      const of = async (unit: string): Promise<number[]> => {
        const found = await opened.nearest(Float32Array.from([0, 1, 0, 0]), { limit: 5, units: [unit] }, signal);
        return found.map(({ similarity }) => Math.round(similarity));
      };
      expect(await opened.count(signal)).toBe(1);
      expect(await of('new')).toEqual([1]);
      expect(await of('old')).toEqual([]);
    });

    test('takes the last where one id is put twice at once', async () => {
      await using index = await open();
      const opened = await index.open(space, signal);
      await opened.put([point('a', [1, 0, 0, 0]), point('a', [0, 0, 1, 0])], signal);
      const [found] = await opened.nearest(Float32Array.from([0, 0, 1, 0]), { limit: 1 }, signal);
      expect(found).toEqual({ id: 'a', similarity: expect.closeTo(1, 5) });
    });

    test('removes, and has nothing against ids that it does not know', async () => {
      await using index = await open();
      const opened = await index.open(space, signal);
      await opened.put([point('a', [1, 0, 0, 0]), point('b', [0, 1, 0, 0])], signal);
      await opened.remove(['a', 'nonesuch'], signal);
      await opened.remove([], signal);
      expect(await opened.ids(signal)).toEqual(['b']);
      expect(await nearest(opened, [1, 0, 0, 0])).toEqual(['b']);
    });

    test('filters by units and by kinds, and by both', async () => {
      await using index = await open();
      const opened = await index.open(space, signal);
      await opened.put(
        [
          point('brain-fact', [1, 0, 0, 0]),
          point('brain-trend', [1, 0, 0, 0], { kind: 'trend' }),
          point('marketing-fact', [1, 0, 0, 0], { unit: 'marketing' }),
          point('legal-trend', [1, 0, 0, 0], { unit: 'legal', kind: 'trend' }),
        ],
        signal,
      );
      const of = async (filter: { units?: string[]; kinds?: Kind[] }): Promise<string[]> => {
        const found = await opened.nearest(Float32Array.from([1, 0, 0, 0]), { limit: 9, ...filter }, signal);
        return found.map(({ id }) => id).toSorted();
      };
      expect(await of({ units: ['brain'] })).toEqual(['brain-fact', 'brain-trend']);
      expect(await of({ units: ['marketing', 'legal'] })).toEqual(['legal-trend', 'marketing-fact']);
      expect(await of({ kinds: ['trend'] })).toEqual(['brain-trend', 'legal-trend']);
      expect(await of({ units: ['brain'], kinds: ['trend'] })).toEqual(['brain-trend']);
      expect(await of({ units: [] })).toEqual([]);
      expect(await of({ units: ['nonesuch'] })).toEqual([]);
    });

    test('counts and lists all that it has', async () => {
      await using index = await open();
      const opened = await index.open(space, signal);
      await opened.put([point('a', [1, 0, 0, 0]), point('b', [0, 1, 0, 0])], signal);
      expect(await opened.count(signal)).toBe(2);
      expect((await opened.ids(signal)).toSorted()).toEqual(['a', 'b']);
    });

    test('takes 10,000 points at once, and finds each by its own vector', async () => {
      await using index = await open();
      const points = manyPoints(10_000, 32);
      const opened = await index.open({ name: 'many', dimensions: 32 }, signal);
      await opened.put(points, signal);
      expect(await opened.count(signal)).toBe(10_000);
      expect(new Set(await opened.ids(signal)).size).toBe(10_000);
      for (const { id, vector } of points.slice(0, 50)) {
        expect((await opened.nearest(vector, { limit: 1 }, signal))[0]?.id).toBe(id);
      }
    });

    test('keeps spaces apart, and names them', async () => {
      await using index = await open();
      const one = await index.open(space, signal);
      const other = await index.open({ name: 'model-v2', dimensions: 2 }, signal);
      await one.put([point('a', [1, 0, 0, 0])], signal);
      expect(await other.count(signal)).toBe(0);
      expect((await index.spaces(signal)).toSorted()).toEqual(['model-v1', 'model-v2']);
    });

    test('drops a space with all that is in it, and one that is not there without a word', async () => {
      await using index = await open();
      const before = await index.open(space, signal);
      await before.put([point('a', [1, 0, 0, 0])], signal);
      await index.drop(space.name, signal);
      await index.drop('nonesuch', signal);
      expect(await index.spaces(signal)).toEqual([]);
      const after = await index.open(space, signal);
      expect(await after.count(signal)).toBe(0);
      expect(after.generation).not.toBe(before.generation);
    });

    test('keeps its generation as long as it keeps what it holds', async () => {
      await using index = await open();
      const before = await index.open(space, signal);
      const again = await index.open(space, signal);
      expect(again.generation).toBe(before.generation);
      await lose(index);
      const after = await index.open(space, signal);
      expect(after.generation).not.toBe(before.generation);
      expect(await after.count(signal)).toBe(0);
    });

    test('says that the length is another one, and takes nothing then', async () => {
      await using index = await open();
      const opened = await index.open(space, signal);
      const wrong = { code: 'E_INDEX_DIMENSION' };
      await expect(opened.put([point('a', [1, 0, 0, 0]), point('b', [1, 0])], signal)).rejects.toMatchObject(wrong);
      await expect(opened.nearest(Float32Array.from([1]), { limit: 1 }, signal)).rejects.toMatchObject(wrong);
      await expect(index.open({ ...space, dimensions: 5 }, signal)).rejects.toMatchObject(wrong);
      expect(await opened.count(signal)).toBe(0);
    });

    test.each([
      ['not a number', [1, Number.NaN, 0, 0]],
      ['infinite', [1, Number.POSITIVE_INFINITY, 0, 0]],
      ['without a direction', [0, 0, 0, 0]],
    ])('refuses a vector that is %s', async (_, vector) => {
      await using index = await open();
      const opened = await index.open(space, signal);
      const refused = { code: 'E_MEMORY_VECTOR' };
      await expect(opened.put([point('good', [1, 0, 0, 0]), point('a', vector)], signal)).rejects.toMatchObject(
        refused,
      );
      await expect(opened.nearest(Float32Array.from(vector), { limit: 1 }, signal)).rejects.toMatchObject(refused);
      expect(await opened.count(signal)).toBe(0);
    });

    test('heeds a signal that is aborted', async () => {
      await using index = await open();
      const opened = await index.open(space, signal);
      const reason = new Error('enough');
      const aborted = AbortSignal.abort(reason);
      await expect(index.open(space, aborted)).rejects.toBe(reason);
      await expect(opened.put([point('a', [1, 0, 0, 0])], aborted)).rejects.toBe(reason);
      await expect(opened.nearest(Float32Array.from([1, 0, 0, 0]), { limit: 1 }, aborted)).rejects.toBe(reason);
      await expect(opened.count(aborted)).rejects.toBe(reason);
    });

    test('probes itself, of which nothing stays', async () => {
      await using index = await open();
      expect(await index.probe(signal)).toBeGreaterThanOrEqual(0);
      expect(await index.spaces(signal)).toEqual([]);
    });
  });
}
