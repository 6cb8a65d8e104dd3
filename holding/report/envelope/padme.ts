/** The length that a text of so many bytes is padded to, at most 12% more: it tells a size class only. Below 2^31. */
export function padme(length: number): number {
  const exponent = 31 - Math.clz32(length);
  const kept = 32 - Math.clz32(exponent);
  const step = 2 ** (exponent - kept);
  return Math.ceil(length / step) * step;
}

/** As many bytes of plaintext as an envelope has at least, so that short reports look alike. */
export const leastPlaintext = 4096;

/** The length of the plaintext that holds so many bytes. */
export function paddedLength(length: number): number {
  return padme(Math.max(leastPlaintext, length));
}
