import { createContext, Script, type Context } from 'node:vm';
import { codeOf, OmegaError } from '#lib/errors.ts';

/** A text to look for: as it is, or between slashes as a regular expression. */
export type Pattern = (text: string) => boolean;

/** A pattern that takes longer than this grows with the square of the text, or worse. */
const patternMs = 50;

const slashes = /^\/(?<source>.+)\/(?<flags>[imsu]*)$/s;
const search = new Script('expression.test(text)');
/** Where patterns run, one after the other; each of its own would cost a megabyte and a millisecond. */
let room: Context | undefined;

/**
 * Compiles what an entry says; null where it is no regular expression although it stands between slashes. What it
 * answers with takes {@link patternMs} at most: @throws OmegaError `E_PATTERN` where that does not do.
 */
export function compilePattern(written: string): Pattern | null {
  const { source, flags } = slashes.exec(written)?.groups ?? {};
  if (source === undefined) return (text) => text.includes(written);
  try {
    const expression = new RegExp(source, flags);
    return (text) => isFound(expression, text);
  } catch {
    return null; // The caller says so, with its line.
  }
}

/** V8 tries every way to match, which can take for ever; run like this it can be interrupted. */
function isFound(expression: RegExp, text: string): boolean {
  room ??= createContext({});
  Object.assign(room, { expression, text });
  try {
    return search.runInContext(room, { timeout: patternMs }) === true;
  } catch (cause) {
    if (codeOf(cause) !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause;
    throw new OmegaError(`The pattern takes more than ${patternMs} ms; write a simpler one, or the text itself`, {
      code: 'E_PATTERN',
      cause,
    });
  } finally {
    Object.assign(room, { text: '' });
  }
}
