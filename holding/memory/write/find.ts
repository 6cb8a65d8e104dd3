import { OmegaError } from '#lib/errors.ts';
import type { MemoryRecord } from '../record.ts';
import type { Shelf } from '../shelf/shelf.ts';

type Readable = Pick<Shelf, 'get' | 'beginning'>;

const fewestDigits = 4;

/**
 * A record by its id, or by the beginning of one; null: there is none.
 * @throws OmegaError `E_MEMORY_INPUT` where more than one begins so, or where it is no id.
 */
export function findRecord(id: string, shelf: Readable): MemoryRecord | null {
  const found = shelf.get(id);
  if (found !== null) return found;
  if (!/^[0-9a-f]{1,64}$/.test(id) || id.length < fewestDigits)
    throw inputFault(
      `“${id.slice(0, 80)}” is no id of a record`,
      `An id is ${fewestDigits} hexadecimal digits or more: npm run memory -- recall shows them.`,
    );
  const [first, second] = shelf.beginning(id);
  if (second !== undefined) throw inputFault(`More than one record’s id begins with ${id}`, 'Give more of its digits.');
  return first ?? null;
}

/**
 * The same, each of them.
 * @throws OmegaError `E_MEMORY_UNKNOWN`, naming all that are not there; `E_MEMORY_INPUT` as {@link findRecord}.
 */
export function requireRecords(ids: readonly string[], shelf: Readable): readonly MemoryRecord[] {
  const found = ids.map((id) => ({ id, record: findRecord(id, shelf) }));
  const missing = found.filter(({ record }) => record === null).map(({ id }) => id);
  if (missing.length > 0)
    throw new OmegaError(`There is no record ${missing.slice(0, 20).join(', ')}${more(missing.length - 20)}`, {
      code: 'E_MEMORY_UNKNOWN',
      hint: 'npm run memory -- recall finds records and shows their ids.',
      permanent: true,
      exitCode: 2,
    });
  return found.flatMap(({ record }) => record ?? []);
}

/** Wrong input: trying again cannot help. */
export function inputFault(message: string, hint: string): OmegaError {
  return new OmegaError(message, { code: 'E_MEMORY_INPUT', hint, permanent: true, exitCode: 2 });
}

function more(count: number): string {
  return count > 0 ? ` and ${count} more` : '';
}
