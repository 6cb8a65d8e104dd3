import { codeOf, messageOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import type { Finding } from '../check.ts';

/** What went wrong on the way to a place, from the other side or in between. */
const unreached: Readonly<Record<string, (place: string) => Words>> = {
  ECONNREFUSED: (place) => ({ en: `${place} refuses the connection`, nl: `${place} weigert de verbinding` }),
  ECONNRESET: (place) => ({ en: `${place} broke off the connection`, nl: `${place} verbrak de verbinding` }),
  EPIPE: (place) => ({ en: `${place} broke off the connection`, nl: `${place} verbrak de verbinding` }),
  ENOTFOUND: (place) => ({ en: `The name of ${place} is not known`, nl: `De naam van ${place} is niet bekend` }),
  EAI_AGAIN: (place) => ({
    en: `The name of ${place} could not be looked up`,
    nl: `De naam van ${place} kon niet worden opgezocht`,
  }),
  ETIMEDOUT: (place) => ({ en: `${place} does not answer`, nl: `${place} antwoordt niet` }),
  EHOSTUNREACH: (place) => ({ en: `There is no way to ${place}`, nl: `Er is geen weg naar ${place}` }),
  ENETUNREACH: (place) => ({ en: `There is no way to ${place}`, nl: `Er is geen weg naar ${place}` }),
  EHOSTDOWN: (place) => ({ en: `${place} is off`, nl: `${place} staat uit` }),
  HPE_HEADER_OVERFLOW: (place) => ({
    en: `${place} sends more headers than can be taken`,
    nl: `${place} stuurt meer headers dan er verwerkt kunnen worden`,
  }),
};

/** A certificate that no second look would make valid. */
const untrusted: Readonly<Record<string, Words>> = {
  CERT_HAS_EXPIRED: { en: 'The certificate has expired', nl: 'Het certificaat is verlopen' },
  CERT_NOT_YET_VALID: { en: 'The certificate is not valid yet', nl: 'Het certificaat is nog niet geldig' },
  CERT_REVOKED: { en: 'The certificate was revoked', nl: 'Het certificaat is ingetrokken' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    en: 'The certificate is of another host',
    nl: 'Het certificaat is van een andere host',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    en: 'The certificate is signed by itself alone',
    nl: 'Het certificaat is alleen door zichzelf ondertekend',
  },
};

const unknownIssuer: Words = {
  en: 'The issuer of the certificate is not trusted here',
  nl: 'De uitgever van het certificaat wordt hier niet vertrouwd',
};
const issuerCodes = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/**
 * What an error of a connection says of the place that was asked. @throws the error itself where it tells of this
 * machine and not of the place: too many open files, no memory.
 */
export function networkFault(error: unknown, place: string): Finding {
  const code = codesOf(error).find((one) => one !== '') ?? '';
  const certificate = issuerCodes.has(code) ? unknownIssuer : untrusted[code];
  if (certificate !== undefined) return { status: 'fail', explicit: true, reason: certificate };
  const reason = unreached[code]?.(place);
  if (reason !== undefined) return { status: 'fail', reason };
  if (/^(HPE_|ERR_SSL_|ERR_HTTP|EPROTO|Z_|ZSTD_|ERR__)/.test(code))
    return { status: 'fail', reason: garbled(place, error) };
  throw error;
}

/** A host of several addresses fails with all of their errors in one. */
function codesOf(error: unknown): string[] {
  const inner = error instanceof AggregateError ? error.errors.flatMap(codesOf) : [];
  return [...inner, codeOf(error) ?? ''];
}

function garbled(place: string, error: unknown): Words {
  const why = messageOf(error).slice(0, 80);
  return {
    en: `${place} answers in a way that is not understood: ${why}`,
    nl: `${place} antwoordt op een manier die niet te begrijpen is: ${why}`,
  };
}
