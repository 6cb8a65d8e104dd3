/** What an {@link OmegaError} may say about itself beyond its message. */
export interface OmegaErrorOptions {
  /** Stable, machine-readable name of the fault, such as `E_CONFIG` or `E_REDIS_UNREACHABLE`. */
  readonly code: string;
  /** What the reader can do about it, as one sentence or a command. */
  readonly hint?: string;
  /** True where trying again cannot help; the queue then does not retry. */
  readonly permanent?: boolean;
  /** Exit code of a command that ends with this error: 1 failed, 2 wrong use or configuration, 75 try again later. */
  readonly exitCode?: 1 | 2 | 75;
  readonly cause?: unknown;
}

/** The one error of Omega: its message says what happened and why, its hint what to do. */
export class OmegaError extends Error {
  override readonly name = 'OmegaError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly permanent: boolean;
  readonly exitCode: 1 | 2 | 75;

  constructor(message: string, options: OmegaErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.hint = options.hint;
    this.permanent = options.permanent ?? false;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Wrong use of a command or of the configuration: exit code 2, and trying again cannot help. */
export function usageError(message: string, hint?: string): OmegaError {
  return new OmegaError(message, {
    code: 'E_USAGE',
    permanent: true,
    exitCode: 2,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The message of anything that was thrown, with the messages of its causes, on one line. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const own = thrown.message || thrown.name;
  return thrown.cause === undefined ? own : `${own.replace(/\.$/, '')}: ${messageOf(thrown.cause)}`;
}

/** The `code` of a Node or Omega error, such as `ENOENT`; undefined where it has none. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
