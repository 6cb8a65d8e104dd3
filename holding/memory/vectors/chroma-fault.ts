import { OmegaError } from '#lib/errors.ts';

/**
 * What a server says of itself, in our words: a full disk or a database in use is no fault of the data, and passes. Its
 * own words are told nowhere, for a server of `CHROMA_URL` may answer with the very credentials that it was sent.
 */
const passing: readonly (readonly [RegExp, string])[] = [
  [/disk is full|no space left|\(code: 13\)/i, 'its disk is full'],
  [/read-?only|\(code: 8\)/i, 'its disk takes no writes'],
  [/database is locked|\(code: 5\)/i, 'its database is locked'],
  [/\(code: 10\)/, 'its disk has faults'],
  [/^50[234]\b/, 'what stands before it says that it is down'],
];

/** Whether the client met a fault of the server that may be one of the data. */
export function isServerFault(error: unknown): boolean {
  return error instanceof Error && error.name === 'ChromaServerError' && wordsFor(error) === undefined;
}

/** The client's own faults, by their names; whatever else comes is an answer that it could not read. */
export function asOmegaError(error: unknown): OmegaError {
  if (error instanceof OmegaError) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  switch (name) {
    case 'ChromaConnectionError':
      return Object.assign(away('nothing answers there'), { isLost: true });
    case 'ChromaServerError':
      return away(wordsFor({ message }) ?? 'it answers with faults');
    case 'ChromaRateLimitError':
      return away('it asks for patience');
    case 'ChromaAuthError':
    case 'ChromaForbiddenError':
      return away('it refuses the credentials in CHROMA_URL');
    case 'ChromaNotFoundError':
      return away('what answers there is no Chroma, or has no such tenant and database');
    case 'ChromaClientError':
      return away(isOthers.test(message) ? 'another server has its port' : 'it refuses what it is asked');
    default:
      return away('it does not speak as Chroma does');
  }
}

const isOthers = /\[omega-\w+\] does not exist/;

/** Whether nothing answered, or somebody broke off: to tell a server that dies from one that is slow. */
export function isLost(error: unknown): boolean {
  return error instanceof OmegaError && 'isLost' in error;
}

/** It does not answer as it should now, and may later. */
export function away(why: string): OmegaError {
  return new OmegaError(`The index of vectors is away: ${why}.`, {
    code: 'E_INDEX_AWAY',
    hint: 'npm run status shows whether Chroma runs; what was remembered is safe, and is indexed when it is back.',
  });
}

/** It answers, and what it holds cannot be used. */
export function broken(why: string): OmegaError {
  return new OmegaError(`The index of vectors is broken: ${why}.`, {
    code: 'E_INDEX_BROKEN',
    hint: 'npm run memory -- rebuild makes it anew from the journal, of which nothing is lost.',
  });
}

function wordsFor({ message }: Pick<Error, 'message'>): string | undefined {
  return passing.find(([pattern]) => pattern.test(message))?.[1];
}
