import { codeOf, OmegaError } from '#lib/errors.ts';

/** Why an envelope is not opened or made, in the order in which it is checked. */
export const envelopeCodes = [
  'E_SHORT',
  'E_MAGIC',
  'E_VERSION',
  'E_FLAGS',
  'E_RECIPIENTS',
  'E_KEY_LOW_ORDER',
  'E_NOT_FOR_ME',
  'E_WRAP',
  'E_CHUNK',
  'E_FORMAT',
  'E_SENDER_UNKNOWN',
  'E_SIG',
  'E_PAD',
] as const;

/** Why a key is not taken. */
export const keyCodes = ['E_KEY_IS_SECRET', 'E_KEY_CHECKSUM', 'E_KEY_DUPLICATE', 'E_KEY_MISSING'] as const;

/** What the numbers of reports that were opened tell: they warn, and the report is shown all the same. */
export const sequenceCodes = ['E_REPLAY', 'E_FORK', 'E_GAP', 'E_OVERDUE'] as const;
export type SequenceCode = (typeof sequenceCodes)[number];

/** Every code of the envelope; `words.ts` says each to a person. */
export const allCodes = [...envelopeCodes, ...keyCodes, ...sequenceCodes] as const;
export type EnvelopeCode = (typeof allCodes)[number];

/** The error of that code. Trying again cannot help: the same bytes and keys give it again. No secret is in it. */
export function envelopeError(code: EnvelopeCode, message: string, hint?: string): OmegaError {
  return new OmegaError(message, { code, permanent: true, ...(hint === undefined ? {} : { hint }) });
}

/** The code of what was thrown, where it is one of the envelope's. */
export function envelopeCodeOf(thrown: unknown): EnvelopeCode | undefined {
  const code = codeOf(thrown);
  return allCodes.find((known) => known === code);
}
