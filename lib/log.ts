import { pino } from 'pino';
import { messageOf, OmegaError } from './errors.ts';

/** Facts that go with a log line; an `error` is written with its message, code, hint and stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One line of JSON an entry, on standard output; the supervisor keeps and rotates the files. */
export interface Log {
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
}

export interface LogOptions {
  /** Which process or part speaks. */
  readonly name: string;
  /** Every one of these is replaced by `[redacted]`, wherever in a line it stands. */
  readonly secrets?: readonly string[];
  /** Where lines go; standard output unless a test listens. */
  readonly write?: (line: string) => void;
}

/** A log that can show no secret it was told of. */
export function createLog({ name, secrets = [], write }: LogOptions): Log {
  const forms = writtenForms(secrets);
  const logger = pino(
    {
      name,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => blacken(line, forms) },
    },
    write === undefined ? pino.destination({ fd: 1, sync: true }) : { write },
  );
  return {
    info: (message, fields) => logger.info(withErrors(fields), message),
    warn: (message, fields) => logger.warn(withErrors(fields), message),
    error: (message, fields) => logger.error(withErrors(fields), message),
  };
}

/** Says nothing to nobody; for the places where a log is required and unwanted. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** Replaces each secret in a text, also as it stands in JSON. Cut a text after that: half a secret is not found. */
export function redact(text: string, secrets: readonly string[]): string {
  return blacken(text, writtenForms(secrets));
}

function blacken(text: string, forms: readonly string[]): string {
  return forms.reduce((clean, form) => clean.replaceAll(form, '[redacted]'), text);
}

/**
 * In JSON a quote, backslash or end of line within a secret stands escaped, and twice where that JSON is quoted in a
 * line of the log. The longest first: one secret may begin another.
 */
function writtenForms(secrets: readonly string[]): string[] {
  const forms = new Set(secrets.flatMap((secret) => [secret, inJson(secret), inJson(inJson(secret))]));
  forms.delete('');
  return [...forms].toSorted((one, other) => other.length - one.length);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function withErrors(fields: LogFields = {}): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? errorFields(value) : value]),
  );
}

function errorFields(error: Error): LogFields {
  const { code, hint } = error instanceof OmegaError ? error : {};
  return { message: messageOf(error), code, hint, stack: error.stack };
}
