import { OmegaError } from '#lib/errors.ts';

/** One length, whatever it was: then cosine is what their product says. @throws OmegaError `E_MEMORY_VECTOR` */
export function normalised(vector: Float32Array): Float32Array {
  const length = lengthOf(vector);
  if (Number.isFinite(length) && length > 0) return vector.map((value) => value / length);
  const what = length === 0 ? 'all zero' : 'not finite';
  throw new OmegaError(`A vector of ${vector.length} numbers is ${what}, so it has no direction.`, {
    code: 'E_MEMORY_VECTOR',
    hint: 'The model that makes the vectors is at fault: npm run doctor tells which one is set.',
    permanent: true,
  });
}

/** Its length as an arrow. */
export function lengthOf(vector: Float32Array | readonly number[]): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/** @throws OmegaError `E_INDEX_DIMENSION` */
export function requireLength(space: { readonly name: string; readonly dimensions: number }, length: number): void {
  if (length === space.dimensions) return;
  const held = `The space ${space.name} holds vectors of ${space.dimensions} numbers`;
  throw new OmegaError(`${held}, and this is about vectors of ${length}.`, {
    code: 'E_INDEX_DIMENSION',
    hint: 'Another model is another space: npm run memory -- rebuild makes the vectors anew.',
    permanent: true,
  });
}
