import { messageOf } from '#lib/errors.ts';

/** A text of `mcp.json` with its variables in place. */
export interface Expanded {
  readonly text: string;
  /** Names that have no value and no fallback. */
  readonly missing: readonly string[];
  /** The values that came from outside. */
  readonly values: readonly string[];
  /** What is wrong with how it is written. */
  readonly faults: readonly string[];
}

const form = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}/g;

/** Puts `${NAME}` and `${NAME:-fallback}` in place; an empty value counts as none. */
export function expand(text: string, valueOf: (name: string) => string | undefined): Expanded {
  const missing: string[] = [];
  const values: string[] = [];
  const faults: string[] = [];
  const rest = text.replaceAll(form, '');
  if (rest.includes('${')) faults.push('holds a ${…} that is not understood; write ${NAME} or ${NAME:-fallback}');
  const lookUp = (name: string): string | undefined => {
    try {
      return valueOf(name) || undefined;
    } catch (error) {
      faults.push(messageOf(error)); // A file that a variable names cannot be read.
      return undefined;
    }
  };
  const replaced = text.replaceAll(form, (_all, name: string, fallback: string | undefined) => {
    const value = lookUp(name);
    if (value === undefined && fallback === undefined) missing.push(name);
    if (value !== undefined) values.push(value);
    return value ?? fallback ?? '';
  });
  return { text: replaced, missing, values, faults };
}
