import type { ExportedRecord } from './import-lines.ts';
import type { secretRemover } from './scan-secrets.ts';

/** A secret that is in the memory goes to every model that is told of it. */
export function hasSecret(
  { text, keywords, source, suspicion }: ExportedRecord,
  withoutSecrets: ReturnType<typeof secretRemover>,
): boolean {
  const said = [text, ...keywords.nl, ...keywords.en, source.ref ?? '', suspicion ?? ''];
  return said.some((part) => withoutSecrets(part).redacted > 0);
}

/** A status that its own line contradicts. */
export function standingFaults({
  status,
  suspicion,
  supersededBy,
}: Pick<ExportedRecord, 'status' | 'suspicion' | 'supersededBy'>): readonly string[] {
  const faults: string[] = [];
  if (status === 'active' && suspicion !== null) faults.push('is active, with a suspicion');
  if (status === 'quarantined' && suspicion === null) faults.push('is in quarantine, without a suspicion');
  if (status !== 'aged' && (status === 'superseded') !== (supersededBy !== null))
    faults.push(`is ${status}, and ${supersededBy === null ? 'nothing' : 'something'} took its place`);
  return faults;
}

/** What took a record's place says so itself, and is not in quarantine. */
export function disagreements(records: readonly ExportedRecord[]): string[] {
  const newer = new Map<string, Set<string>>();
  for (const { id, supersedes, suspicion } of records)
    for (const older of suspicion === null ? supersedes : []) newer.set(older, (newer.get(older) ?? new Set()).add(id));
  return records.flatMap(({ id, supersededBy }) => {
    const isSo = supersededBy === null ? !newer.has(id) : newer.get(id)?.has(supersededBy);
    return isSo === true ? [] : [`record ${id.slice(0, 12)} does not say what took its place as the others do`];
  });
}

/** No record stands in an export twice. */
export function twice(records: readonly ExportedRecord[]): string[] {
  const seen = new Set<string>();
  return records.flatMap(({ id }) =>
    seen.size === seen.add(id).size ? [`record ${id.slice(0, 12)} stands in it twice`] : [],
  );
}
