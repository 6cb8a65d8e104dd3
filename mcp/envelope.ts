/** What a message says of itself outside its payload. */
export interface Envelope {
  /** Undefined where it has none, as a notification. */
  readonly id: string | undefined;
  /** True for a request or a notification of the server's; false for an answer. */
  readonly hasMethod: boolean;
}

/** Reads the outermost `id` and `method` of a JSON object of any size while its bytes go by, and keeps none of them. */
export interface EnvelopeScanner {
  readonly push: (bytes: Uint8Array) => void;
  readonly envelope: () => Envelope;
}

/** An id is a number or a short text; whatever is longer is none of ours. */
const longestToken = 64;
const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
/** `{` and `[`, `}` and `]`, once {@link caseBit} is set. */
const [opening, closing, caseBit] = [0x7b, 0x7d, 0x20];

/** A scanner at the start of a message; what stands before its first brace is passed over. */
export function scanEnvelope(): EnvelopeScanner {
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let isValue = false;
  let token = '';
  let key = '';
  let id: string | undefined;
  let hasMethod = false;

  function push(bytes: Uint8Array): void {
    let index = 0;
    while (index < bytes.length) index = isInString ? readString(bytes, index) : readOutside(bytes, index);
  }

  /** To the end of the string or of the bytes. Almost all of a large message is text: this loop is what it costs. */
  function readString(bytes: Uint8Array, from: number): number {
    let index = from;
    if (isEscaped) {
      isEscaped = false;
      return from + 1;
    }
    for (; index < bytes.length; index += 1) {
      const byte = bytes[index];
      if (byte === quote || byte === backslash) break;
    }
    if (depth === 1) keep(bytes.subarray(from, index));
    if (bytes[index] === backslash) isEscaped = true;
    if (bytes[index] === quote) isInString = false;
    return index + 1;
  }

  /** To the next string, or over one byte of the outermost object. */
  function readOutside(bytes: Uint8Array, from: number): number {
    let index = from;
    while (depth !== 1 && index < bytes.length) {
      const byte = bytes[index] ?? 0;
      index += 1;
      if (byte === quote) {
        isInString = true;
        return index;
      }
      const bracket = byte | caseBit;
      if (bracket === opening) depth += 1;
      else if (bracket === closing) depth -= 1;
    }
    if (index < bytes.length) readToken(bytes[index] ?? 0);
    return index + 1;
  }

  function readToken(byte: number): void {
    const bracket = byte | caseBit;
    if (byte === quote) isInString = true;
    else if (bracket === opening) depth += 1;
    else if (bracket === closing) close();
    else if (byte === comma) endMember();
    else if (byte === colon) endKey();
    else if (isValue) keep(Uint8Array.of(byte));
  }

  function keep(bytes: Uint8Array): void {
    if (token.length < longestToken) token += Buffer.from(bytes.subarray(0, longestToken)).toString('latin1').trim();
  }

  function endKey(): void {
    [key, token, isValue] = [token, '', true];
    if (key === 'method') hasMethod = true;
  }

  function endMember(): void {
    if (key === 'id' && token !== '' && token !== 'null') id = token;
    [key, token, isValue] = ['', '', false];
  }

  function close(): void {
    if (depth === 1) endMember();
    depth -= 1;
  }

  return { push, envelope: () => ({ id, hasMethod }) };
}
