import { z } from 'zod';
import { header } from './export.ts';
import { inputFault } from './find.ts';
import { soundness } from './new-record.ts';
import { disagreements, hasSecret, standingFaults, twice } from './import-faults.ts';
import { secretRemover } from './scan-secrets.ts';
import { kinds, languages, recordId, Source, statuses, trusts } from '../record.ts';

/** A whole export, each line of it sound. */
export interface Exported {
  readonly records: readonly ExportedRecord[];
  readonly forgotten: readonly string[];
  /** By id. */
  readonly validFrom: ReadonlyMap<string, number>;
}

const mostFaultsTold = 20;
const mostTold = 1_000_000_000;
/** No line that was exported is longer, in characters. */
export const longestLine = 1_000_000;

const Id = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
const Instant = z.number().min(-8.64e15).max(8.64e15);
const Words = z.array(z.string().max(100)).max(64);

const ExportedFields = z.strictObject({
  id: Id,
  kind: z.enum(kinds),
  unit: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be the id of a unit'),
  lang: z.enum(languages),
  text: z.string(),
  keywords: z.object({ nl: Words, en: Words }),
  importance: z.number().min(1).max(10),
  createdAt: Instant,
  validFrom: Instant,
  validTo: Instant.nullable(),
  supersedes: z.array(Id),
  supersededBy: Id.nullable(),
  source: Source,
  trust: z.enum(trusts),
  status: z.enum(statuses),
  suspicion: z.string().max(1000).nullable(),
  told: z.int().min(1).max(mostTold),
  origins: z.array(z.string().max(64)),
  /** It gives orders, and was let out of quarantine by hand. */
  released: z.exactOptional(z.literal(true)),
});

const ExportedRecord = ExportedFields.refine((record) => record.id === recordId(record), {
  error: 'has another text than its id says',
  path: ['id'],
}).superRefine((record, context) => {
  for (const message of [...textFaults(record), ...standingFaults(record)])
    context.addIssue({ code: 'custom', message });
});
export type ExportedRecord = z.infer<typeof ExportedRecord>;

const Tombstone = z.strictObject({ forgotten: Id });

/** @throws OmegaError `E_MEMORY_INPUT`, naming the lines that have a fault. */
export async function readExport(
  lines: AsyncIterable<string> | Iterable<string>,
  { secrets, signal }: { readonly secrets: readonly string[]; readonly signal?: AbortSignal | undefined },
): Promise<Exported> {
  const withoutSecrets = secretRemover(secrets);
  const records: ExportedRecord[] = [];
  const forgotten: string[] = [];
  const faults: string[] = [];
  let number = 0;
  for await (const line of lines) {
    signal?.throwIfAborted();
    number += 1;
    if (number === 1) requireHeader(line);
    if (number === 1 || line.trim() === '') continue;
    const read = readLine(line);
    if ('fault' in read) faults.push(`line ${number}: ${read.fault}`);
    else if ('forgotten' in read) forgotten.push(read.forgotten);
    else if (hasSecret(read, withoutSecrets)) faults.push(`line ${number}: there is a secret in it`);
    else records.push(read);
  }
  if (number === 0) throw inputFault('It is empty', 'Give a file that was exported.');
  faults.push(...twice(records));
  if (faults.length === 0) faults.push(...disagreements(records));
  if (faults.length > 0)
    throw inputFault(`Nothing was taken in: ${listed(faults)}`, 'Mend these lines, or export anew.');
  return { records, forgotten, validFrom: new Map(records.map(({ id, validFrom }) => [id, validFrom])) };
}

function requireHeader(line: string): void {
  const parsed = parse(line);
  const known = z.object({ omega: z.literal(header.omega), version: z.number() }).safeParse(parsed);
  if (!known.success)
    throw inputFault(
      'This is no export of a memory: its first line says nothing of it',
      'Give a file that was exported.',
    );
  if (known.data.version !== header.version)
    throw inputFault(
      `The export is of version ${known.data.version}, and this Omega reads version ${header.version}`,
      'Take it in with the Omega that made it, or a newer one.',
    );
}

function readLine(line: string): ExportedRecord | z.infer<typeof Tombstone> | { readonly fault: string } {
  if (line.length > longestLine) return { fault: `it has ${line.length} characters, more than any record` };
  const value = parse(line);
  if (value === undefined) return { fault: 'it is no JSON' };
  const isTombstone = typeof value === 'object' && value !== null && 'forgotten' in value;
  const parsed = (isTombstone ? Tombstone : ExportedRecord).safeParse(value);
  if (parsed.success) return parsed.data;
  return { fault: parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join(', ') };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Which no JSON is.
  }
}

/** What every record has to fit; its unit may be gone here, and its day is the owner's own affair. */
function textFaults({ kind, unit, text, keywords, source, trust }: z.input<typeof ExportedFields>): readonly string[] {
  const looked = soundness({ kind, unit, text, keywords, source, trust }, { units: [unit], now: Number.MAX_VALUE });
  return 'faults' in looked ? looked.faults : [];
}

function listed(faults: readonly string[]): string {
  const rest = faults.length - mostFaultsTold;
  return `${faults.slice(0, mostFaultsTold).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
