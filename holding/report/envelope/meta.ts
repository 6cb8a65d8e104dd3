import { utf8 } from './bytes.ts';
import { envelopeError } from './errors.ts';

/** What is known of a report beside its body; hidden in the envelope, and signed. */
export interface Meta {
  readonly v: 1;
  /** UUIDv7. */
  readonly id: string;
  /** From 1 on; a new one begins where the ledger lost its end. */
  readonly epoch: number;
  /** From 1 on; the next report of the same epoch has the next number. */
  readonly seq: number;
  /** The first 32 bytes of the SHA-512 of the epoch's envelope before it, hex; zeros: it is the first. */
  readonly prev: string;
  /** RFC 3339, in UTC. */
  readonly created: string;
  /** When the next report is due at the latest; RFC 3339, in UTC. */
  readonly nextBy: string;
  readonly kind: string;
  /** A file name, without a folder. */
  readonly name: string;
  /** The body's media type. */
  readonly type: string;
  /** Fingerprints of the keys that it is sealed for. */
  readonly to: readonly string[];
  /** Only where the report is too large for one envelope. */
  readonly part?: Part | undefined;
}

/** Which piece of a report it is. */
export interface Part {
  /** From 1 on. */
  readonly i: number;
  readonly n: number;
  /** Of the whole, hex: the same in all its parts. */
  readonly sha512: string;
}

/** What the sender says of a report; the rest follows from how it is sealed. */
export type MetaToSeal = Omit<Meta, 'v' | 'to'>;

/** The `prev` of an epoch's first. */
export const noPrev = '0'.repeat(64);
/** More parts than 16 GiB need. */
const mostParts = 1024;

/** As it is sealed. @throws OmegaError `E_FORMAT` where a reader would refuse it. */
export function writeMeta(meta: MetaToSeal, to: readonly string[]): Uint8Array {
  const { id, epoch, seq, prev, created, nextBy, kind, name, type, part } = meta;
  const whole: Meta = { v: 1, id, epoch, seq, prev, created, nextBy, kind, name, type, to, part };
  return utf8(JSON.stringify(narrow(whole)));
}

/** Reads what a known sender signed. Names that it does not know are left out. @throws OmegaError `E_FORMAT` */
export function readMeta(bytes: Uint8Array): Meta {
  try {
    // Left in, a byte order mark is no JSON.
    return narrow(JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw unreadable('it is no JSON in UTF-8');
    throw error;
  }
}

function narrow(value: unknown): Meta {
  const given = recordOf(value, 'it is no object');
  if (given['v'] !== 1) throw unreadable('its v is not 1');
  const part = given['part'];
  return {
    v: 1,
    id: text(given, 'id', /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
    epoch: count(given, 'epoch'),
    seq: count(given, 'seq'),
    prev: text(given, 'prev', /^[\da-f]{64}$/),
    created: time(given, 'created'),
    nextBy: time(given, 'nextBy'),
    kind: text(given, 'kind', /./),
    name: fileName(text(given, 'name', /./)),
    type: text(given, 'type', /./),
    to: fingerprints(given['to']),
    ...(part === undefined ? {} : { part: narrowPart(part) }),
  };
}

function narrowPart(value: unknown): Part {
  const given = recordOf(value, 'its part is no object');
  const part = { i: count(given, 'i'), n: count(given, 'n'), sha512: text(given, 'sha512', /^[\da-f]{128}$/) };
  if (part.i > part.n || part.n > mostParts) throw unreadable('its part has a number that cannot be');
  return part;
}

function recordOf(value: unknown, why: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(why);
  return { ...value };
}

function text(given: Readonly<Record<string, unknown>>, name: string, form: RegExp): string {
  const value = given[name];
  if (typeof value !== 'string' || !form.test(value)) throw unreadable(`its ${name} has another form`);
  return value;
}

function count(given: Readonly<Record<string, unknown>>, name: string): number {
  const value = given[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw unreadable(`its ${name} is no count`);
  return value;
}

function time(given: Readonly<Record<string, unknown>>, name: string): string {
  const value = text(given, name, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/);
  if (Number.isNaN(Date.parse(value))) throw unreadable(`its ${name} is no time`);
  return value;
}

function fingerprints(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  return list.map((to) => {
    if (typeof to === 'string' && /^[\da-f]{16}$/.test(to)) return to;
    throw unreadable('its to has another form');
  });
}

/** Without its folder, and without characters that are not seen or turn a text round. */
function fileName(name: string): string {
  const last = name.replaceAll(/\p{C}/gu, '').split(/[/\\]/).at(-1)?.trim() ?? '';
  return /^\.*$/.test(last) ? 'report' : last;
}

function unreadable(why: string) {
  return envelopeError('E_FORMAT', `What is said of the report cannot be read: ${why}.`);
}
