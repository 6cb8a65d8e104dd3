const rows = 2;
const buckets = 2 ** 23;
const highest = 255;
const sourceBits = 24;

/**
 * How many sources name a term, roughly and in 64 MB, however many terms there are (a count-min sketch): never too few,
 * too many where terms share a place. Of thousands of documents most phrases stand in one only, and need no counting.
 */
export interface Sketch {
  /** Those of one source one after another: one that comes again later counts again. */
  readonly add: (term: string, source: number) => void;
  /** At most 255. */
  readonly of: (term: string) => number;
}

export function createSketch(): Sketch {
  // In each place the number of sources, and who was the last of them.
  const places = new Uint32Array(rows * buckets);
  return {
    add: (term, source) => {
      const who = (source + 1) & (2 ** sourceBits - 1);
      let hash = hashOf(term);
      for (let row = 0; row < rows; row += 1, hash = remix(hash)) {
        const place = row * buckets + (hash & (buckets - 1));
        const held = places[place] ?? 0;
        const count = held >>> sourceBits;
        if ((held & (2 ** sourceBits - 1)) !== who) places[place] = (Math.min(count + 1, highest) << sourceBits) | who;
      }
    },
    of: (term) => {
      let [hash, least] = [hashOf(term), highest];
      for (let row = 0; row < rows; row += 1, hash = remix(hash))
        least = Math.min(least, (places[row * buckets + (hash & (buckets - 1))] ?? 0) >>> sourceBits);
      return least;
    },
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  return remix(hash);
}

/** So that each row has places of its own (the finish of MurmurHash3). */
function remix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35);
  return mixed ^ (mixed >>> 16);
}
