import { isDeepStrictEqual, parseEnv } from 'node:util';
import { OmegaError } from './errors.ts';

/** Values by their names; null: the line is to be taken away. */
export type DotenvChanges = Readonly<Record<string, string | null>>;

/**
 * The text of a `.env` file with some values changed and nothing else: comments, order and all other lines stay. A name
 * that stands there as an example in a comment gets its value below that.
 * @throws OmegaError `E_DOTENV_EDIT` where the file is written so that this cannot be done without harm: it stays as it is.
 */
export function editDotenv(text: string, changes: DotenvChanges): string {
  const edited = Object.entries(changes).reduce((lines, [name, value]) => setIn(lines, name, value), text);
  const wanted = { ...parseEnv(text), ...changes };
  const expected = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null));
  if (isDeepStrictEqual({ ...parseEnv(edited) }, expected)) return edited;
  throw new OmegaError('.env is written in a way that it cannot be changed by itself without harm.', {
    code: 'E_DOTENV_EDIT',
    hint: `Change it by hand: ${Object.keys(changes).join(', ')}.`,
    permanent: true,
  });
}

function setIn(text: string, name: string, value: string | null): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const ofName = new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`);
  const places = lines.flatMap((line, index) => (ofName.test(line) ? [index] : []));
  const kept = lines.filter((_, index) => !places.slice(value === null ? 0 : 1).includes(index));
  if (value === null) return joined(kept);
  const line = `${name}=${quoted(value)}`;
  const [place] = places;
  if (place !== undefined) return joined(kept.with(place, line));
  const example = kept.findLastIndex((one) => one.startsWith(`# ${name}=`));
  return joined(example === -1 ? [...kept, line] : kept.toSpliced(example + 1, 0, line));
}

function joined(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** As Node reads it back: between quotes that it does not have itself, where it needs any. */
function quoted(value: string): string {
  if (/^[\w.:/,@%+-]*$/.test(value)) return value;
  const quote = ["'", '"', '`'].find((one) => !value.includes(one));
  return quote === undefined ? value : `${quote}${value}${quote}`;
}
