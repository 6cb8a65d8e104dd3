/**
 * QR codes of one size, version 4-L, which the text of a public key fits into; a library that makes all sizes would be
 * a sixth of the reader. The tests hold every module to what one makes.
 */
const size = 33;
const dataBytes = 80;
const checkBytes = 20;
const mostText = 78;

/** The dark modules of a text of at most 78 bytes, row by row. */
export function qrModules(text: string): readonly (readonly boolean[])[] {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > mostText) throw new RangeError(`A QR code of this size holds ${mostText} bytes`);
  const data = dataOf(bytes);
  const rows = fixedModules();
  fill(rows, [...data, ...checkOf(data)]);
  return rows.map((row) => row.map((module) => module === true));
}

/** In bytes: that it is bytes, how many, they, and the standard's padding. */
function dataOf(bytes: Uint8Array): number[] {
  const nibbles = [
    4,
    bytes.length >> 4,
    bytes.length & 15,
    ...Array.from(bytes).flatMap((byte) => [byte >> 4, byte & 15]),
    0,
  ];
  const data = nibbles.flatMap((high, i) => (i % 2 === 0 ? (high << 4) | (nibbles[i + 1] ?? 0) : []));
  for (let i = 0; data.length < dataBytes; i += 1) data.push(i % 2 === 0 ? 0xec : 0x11);
  return data;
}

/** Reed–Solomon: the remainder of dividing by the generator, over GF(2^8) with 0x11d. */
function checkOf(data: readonly number[]): number[] {
  let generator = [1];
  for (let i = 0, root = 1; i < checkBytes; i += 1, root = times(root, 2)) {
    const by = root;
    generator = [...generator, 0].map((factor, j) => factor ^ times(generator[j - 1] ?? 0, by));
  }
  const rest = [...data, ...Array<number>(checkBytes).fill(0)];
  for (let i = 0; i < dataBytes; i += 1) {
    const lead = rest[i] ?? 0;
    for (const [j, factor] of generator.entries()) rest[i + j] = (rest[i + j] ?? 0) ^ times(factor, lead);
  }
  return rest.slice(dataBytes);
}

function times(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    if ((other >> bit) & 1) product ^= one;
  }
  return product;
}

type Rows = (boolean | undefined)[][];

/** What is the same in each code of this size: finders, timing, alignment, and that it is of level L with mask 0. */
function fixedModules(): Rows {
  const rows: Rows = Array.from({ length: size }, () => Array<boolean | undefined>(size));
  const set = (x: number, y: number, dark: boolean): void => {
    const row = rows[y];
    if (row !== undefined && x >= 0 && x < size) row[x] = dark;
  };
  for (let i = 0; i < size; i += 1) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  const square = (atX: number, atY: number, light: readonly number[]): void => {
    const reach = Math.max(...light) === 4 ? 4 : 2;
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1)
        set(atX + dx, atY + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  };
  square(3, 3, [2, 4]);
  square(size - 4, 3, [2, 4]);
  square(3, size - 4, [2, 4]);
  square(26, 26, [1]);
  for (let i = 0; i < 15; i += 1) {
    const dark = ((0x77c4 >> i) & 1) === 1;
    set(8, i < 6 ? i : i < 8 ? i + 1 : size - 15 + i, dark);
    set(i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i, 8, dark);
  }
  set(8, size - 8, true);
  return rows;
}

/** The bits in columns of two, up and down from the right; mask 0 turns every other one round. */
function fill(rows: Rows, bytes: readonly number[]): void {
  let bit = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const up = ((right < 7 ? right + 1 : right) & 2) === 0;
    for (let step = 0; step < size; step += 1) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        const row = rows[y];
        if (row === undefined || row[x] !== undefined) continue;
        const dark = (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
        row[x] = dark !== ((x + y) % 2 === 0);
        bit += 1;
      }
    }
  }
}
