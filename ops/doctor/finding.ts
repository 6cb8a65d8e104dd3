/**
 * What was found at one place: `fine`; `warning`, which stops nothing; `fault`, to be mended; or `unknown`, which
 * could not be looked at or does not apply here, and is never fine.
 */
export interface Finding {
  readonly subject: string;
  readonly state: 'fine' | 'warning' | 'fault' | 'unknown';
  readonly what: string;
  /** The command or deed that mends it. */
  readonly mend?: string;
}

/** A finding before it is said of what. */
export type Seen = Omit<Finding, 'subject'>;

/** Looks at one thing; what it throws becomes `unknown`, for nothing was seen. */
export type Look = () => Promise<Seen>;

/** All is well, with what was seen. */
export function fine(what: string): Seen {
  return { state: 'fine', what };
}

/** Works, but deserves a word. */
export function warning(what: string, mend: string): Seen {
  return { state: 'warning', what, mend };
}

/** Does not work until it is mended. */
export function fault(what: string, mend: string): Seen {
  return { state: 'fault', what, mend };
}

/** With the reason why nothing is known. */
export function unknown(why: string): Seen {
  return { state: 'unknown', what: why };
}

/** Says of what it was seen. */
export function findingOf(subject: string, seen: Seen): Finding {
  return { subject, ...seen };
}
