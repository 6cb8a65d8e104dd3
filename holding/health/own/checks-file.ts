import { faultAt, faultsOfIssue, faultText, valueAt, type Fault, type Source } from './faults.ts';
import { ChecksFile } from './form.ts';
import { mostBytes, readYaml } from './read-yaml.ts';
import { faultsBetween, type Known } from './relations.ts';

/** The owner's file, or what is wrong with it: each fault with its line, all of them at once. */
export type ParsedChecks =
  | { readonly ok: true; readonly file: ChecksFile }
  | { readonly ok: false; readonly faults: readonly string[] };

/** So many checks are taken; a home has a few dozen. */
const mostChecks = 500;
const mostFaults = 50;

/** Reads a `checks.yaml`; JSON is YAML as well. Nothing of its values stands in a fault, for one may be a secret. */
export function parseChecks(text: string, known: Known): ParsedChecks {
  if (Buffer.byteLength(text) > mostBytes)
    return { ok: false, faults: [`The file has more than ${mostBytes / 1024} KB`] };
  const read = readYaml(text);
  return 'faults' in read ? refused(read.faults) : check(read, known);
}

function check(source: Source, known: Known): ParsedChecks {
  const { value } = source;
  if (value === null || value === undefined)
    return refused([faultAt(source, [], 'is empty; write checks: [] to have none')]);
  const list = valueAt(value, ['checks']);
  if (Array.isArray(list) && list.length > mostChecks)
    return refused([faultAt(source, ['checks'], `has ${list.length} entries; more than ${mostChecks} are not taken`)]);
  const parsed = ChecksFile.safeParse(value);
  const ofShape = parsed.success ? [] : parsed.error.issues.flatMap((issue) => faultsOfIssue(issue, source));
  const faults = [...ofShape, ...faultsBetween(source, known)];
  return parsed.success && faults.length === 0 ? { ok: true, file: parsed.data } : refused(faults);
}

/** In the order of the file. */
function refused(faults: readonly Fault[]): ParsedChecks {
  const sorted = faults.toSorted((one, other) => one.line - other.line || one.column - other.column);
  const told = sorted.slice(0, mostFaults).map(faultText);
  const more = sorted.length - told.length;
  return { ok: false, faults: more > 0 ? [...told, `and ${more} more`] : told };
}
