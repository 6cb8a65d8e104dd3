/** Of what is sent along so much is read, and no longer. */
const readBytes = 10 * 1024;
const readMs = 2000;

/** The beginning of a body, however long it is and however slowly it comes: whoever calls is answered soon. */
export async function beginningOf({ body }: Request): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const impatience = setTimeout(() => void reader.cancel().catch(() => {}), readMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (size < readBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      size += value.length;
    }
  } catch {
    // The caller hung up in the middle: what came until then is what it said.
  } finally {
    clearTimeout(impatience);
    if (size >= readBytes) await reader.cancel().catch(() => {});
  }
  return Buffer.concat(chunks).subarray(0, readBytes);
}
