import { messageOf, OmegaError } from '#lib/errors.ts';
import { toHex } from './bytes.ts';
import { envelopeCodeOf, envelopeError } from './errors.ts';
import { mostRecipients } from './header.ts';
import { parsePublicKey } from './keys.ts';

/** The variable that the owner's public keys stand in. */
export const recipientsName = 'OMEGA_REPORT_ENCRYPTION_KEY';

/**
 * The public keys of a list with commas. All faults are named at once, by their place in the list and never by their
 * text; the error's code is the gravest one's. @throws OmegaError `E_KEY_IS_SECRET`, `E_KEY_LOW_ORDER`,
 * `E_KEY_CHECKSUM`, `E_KEY_DUPLICATE`, `E_RECIPIENTS`, with exit code 2
 */
export function parseRecipients(list: string, name = recipientsName): readonly Uint8Array[] {
  const texts = list.split(',');
  const read = texts.map(readOne);
  const faults = [
    ...read.flatMap((one, i) => (one instanceof OmegaError ? [placed(one, i, texts.length)] : [])),
    ...doubles(read),
    ...tooMany(texts.length),
  ];
  if (faults.length > 0) throw allOf(faults, name);
  return read.filter((one) => one instanceof Uint8Array);
}

function readOne(text: string): Uint8Array | OmegaError {
  try {
    if (text.trim() === '')
      return envelopeError('E_KEY_CHECKSUM', 'Nothing stands there.', 'Take away the comma too many.');
    return parsePublicKey(text);
  } catch (error) {
    if (error instanceof OmegaError && envelopeCodeOf(error) !== undefined) return error;
    throw error;
  }
}

function placed(fault: OmegaError, i: number, count: number): OmegaError {
  const place = count === 1 ? '' : `key ${i + 1} of ${count}: `;
  return new OmegaError(`${place}${messageOf(fault)}`, {
    code: fault.code,
    ...(fault.hint ? { hint: fault.hint } : {}),
  });
}

function doubles(read: readonly (Uint8Array | OmegaError)[]): OmegaError[] {
  const keys = read.map((one) => (one instanceof Uint8Array ? toHex(one) : null));
  return keys.flatMap((key, i) => {
    const first = keys.indexOf(key);
    if (key === null || first === i) return [];
    return [envelopeError('E_KEY_DUPLICATE', `Keys ${first + 1} and ${i + 1} are the same one.`, 'Leave one of them.')];
  });
}

function tooMany(count: number): OmegaError[] {
  if (count <= mostRecipients) return [];
  return [envelopeError('E_RECIPIENTS', `There are ${count} keys; a report is sealed for ${mostRecipients} at most.`)];
}

const gravest = ['E_KEY_IS_SECRET', 'E_KEY_LOW_ORDER', 'E_KEY_CHECKSUM', 'E_KEY_DUPLICATE', 'E_RECIPIENTS'];

function allOf(faults: readonly OmegaError[], name: string): OmegaError {
  const code = gravest.find((one) => faults.some((fault) => fault.code === one)) ?? 'E_KEY_CHECKSUM';
  const lines = faults.map((fault) => `  - ${fault.code}: ${fault.message}`).join('\n');
  const hints = [...new Set(faults.flatMap(({ hint }) => hint ?? []))].join(' ');
  return new OmegaError(`${name} cannot be used:\n${lines}`, {
    code,
    permanent: true,
    exitCode: 2,
    ...(hints === '' ? {} : { hint: hints }),
  });
}
