import { join, toHex } from './bytes.ts';
import { envelopeError } from './errors.ts';
import type { Part } from './meta.ts';
import { mostBody } from './plaintext.ts';
import { ownPrimitives, type Sha512 } from './primitives.ts';

/** A piece of a report, and which one it is; a report that fits into one envelope has none. */
export interface Piece {
  readonly part?: Part | undefined;
  readonly body: Uint8Array;
}

/** A report's bytes in as many pieces as it needs envelopes, each a view on them. */
export function splitParts(whole: Uint8Array, sha512: Sha512 = ownPrimitives.sha512): readonly Piece[] {
  if (whole.length <= mostBody) return [{ body: whole }];
  const hash = toHex(sha512(whole));
  const n = Math.ceil(whole.length / mostBody);
  return Array.from({ length: n }, (_, i) => ({
    part: { i: i + 1, n, sha512: hash },
    body: whole.subarray(i * mostBody, (i + 1) * mostBody),
  }));
}

/**
 * Puts pieces together, in whatever order and however often they came; until all are there, which ones are missing.
 * @throws OmegaError `E_FORMAT` where they are not of one report, or not what was sealed.
 */
export function joinParts(
  pieces: readonly Required<Piece>[],
  sha512: Sha512 = ownPrimitives.sha512,
): { readonly whole: Uint8Array } | { readonly missing: readonly number[] } {
  const part = pieces[0]?.part;
  if (part === undefined) throw envelopeError('E_FORMAT', 'There are no parts to put together.');
  if (pieces.some((piece) => piece.part?.sha512 !== part.sha512 || piece.part.n !== part.n)) {
    throw envelopeError('E_FORMAT', 'These are parts of different reports.');
  }
  const found = Array.from({ length: part.n }, (_, i) => pieces.find((piece) => piece.part?.i === i + 1)?.body);
  const missing = found.flatMap((body, i) => (body === undefined ? [i + 1] : []));
  if (missing.length > 0) return { missing };
  const whole = join(...found.filter((body) => body !== undefined));
  if (toHex(sha512(whole)) === part.sha512) return { whole };
  throw envelopeError('E_FORMAT', 'The parts together are not the report that was sealed.');
}
