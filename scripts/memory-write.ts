import { text as textOf } from 'node:stream/consumers';
import { amount } from '#holding/health/views/wording.ts';
import type { Memory, Receipt } from '#holding/memory/memory.ts';
import type { MemoryRecord } from '#holding/memory/record.ts';
import { OmegaError, usageError } from '#lib/errors.ts';
import { paint, plain, printJson } from './command.ts';
import { isMeant, toKinds, toNumber, type Use } from './memory-by-hand.ts';

/** Keeps a text in the owner's name, and says what became of it. */
export async function remember(memory: Memory, { words, values, signal }: Use): Promise<number> {
  const { unit = 'holding', kind = [], importance, supersedes, json } = values;
  const [only, ...others] = toKinds(kind);
  if (only === undefined || others.length > 0)
    throw usageError('Of which kind is it?', 'npm run memory -- remember "The shop closes on Mondays" --kind fact');
  const said = words.join(' ');
  const text = said === '-' ? (await textOf(process.stdin)).trim() : said;
  if (text === '') throw usageError('Remember what?', 'Write it in quotes, or - and hand it in on standard input.');
  const weight = importance === undefined ? undefined : toNumber(importance, { option: 'importance', from: 1, to: 10 });
  const record = { kind: only, unit, text, importance: weight, supersedes, trust: 'owner' } as const;
  const [receipt] = await memory.remember([{ ...record, source: { type: 'owner' } }], { signal });
  if (receipt === undefined) throw new OmegaError('The memory said nothing of the record.', { code: 'E_MEMORY' });
  if (json) printJson(receipt);
  else process.stdout.write(`${inWords(receipt)}\n`);
  return isKept(receipt) ? 0 : 1;
}

function isKept({ outcome }: Receipt): boolean {
  return outcome !== 'echo' && outcome !== 'forgotten';
}

function inWords(receipt: Receipt): string {
  const { superseded, redacted, reason } = receipt;
  const mark = isKept(receipt) ? paint('green', '✓') : paint('red', '✗');
  return [
    `${mark} ${outcomeOf(receipt)}${reason === null ? '.' : `: ${plain(reason)}.`}`,
    ...superseded.map((former) => `  in place of ${former.slice(0, 8)}`),
    ...(redacted === 0 ? [] : [`  ${amount(redacted, 'secret')} taken out of it`]),
  ].join('\n');
}

function outcomeOf({ id, outcome }: Receipt): string {
  const short = id.slice(0, 8);
  if (outcome === 'remembered') return `Remembered, as ${short}`;
  if (outcome === 'quarantined') return `Kept in quarantine as ${short}, recalled only with --untrusted`;
  return outcome === 'double' || outcome === 'near-double' ? `Counted with ${short}` : 'Not kept';
}

/** Lets records out of quarantine, on the owner's word. */
export async function release(memory: Memory, { words, values, signal }: Use): Promise<void> {
  const { why, json } = values;
  if (words.length === 0)
    throw usageError('Release which?', 'npm run memory -- recall WORDS --untrusted shows their ids.');
  if (why === undefined) throw usageError('Why may it be used?', 'npm run memory -- release ID --why TEXT');
  const records = foundAll(memory, words);
  const other = records.find(({ status }) => status !== 'quarantined');
  if (other !== undefined)
    throw usageError(
      `Record ${other.id.slice(0, 8)} is not in quarantine but ${other.status}; nothing was changed.`,
      'npm run memory -- recall WORDS --untrusted shows what is.',
    );
  for (const { id } of records) await memory.revise(id, { status: 'active', why }, { signal });
  const released = records.map(({ id }) => id);
  if (json) return printJson({ released });
  for (const record of records) process.stdout.write(`${described(record)}\n`);
  process.stdout.write(
    `${paint('green', '✓')} ${amount(released.length, 'record')} out of quarantine, and recalled from now on.\n`,
  );
}

/** Erases records for ever, after they were shown and the owner said so. */
export async function forget(memory: Memory, { words, values, signal }: Use): Promise<number> {
  const { why, yes, json } = values;
  if (words.length === 0) throw usageError('Forget which?', 'npm run memory -- recall WORDS shows their ids.');
  if (why === undefined) throw usageError('Why is it to be forgotten?', 'npm run memory -- forget ID --why TEXT');
  if (json && !yes) throw usageError('With --json nothing is shown and nothing asked.', 'Add --yes.');
  const records = foundAll(memory, words);
  if (!json) for (const record of records) process.stdout.write(`${described(record)}\n`);
  if (!yes && !(await isMeant(records.length, signal))) {
    process.stdout.write('Nothing was forgotten.\n');
    return 1;
  }
  const ids = records.map(({ id }) => id);
  await memory.forget(ids, { why, signal });
  if (json) printJson({ forgotten: ids });
  else
    process.stdout.write(
      `${paint('green', '✓')} ${ids.length === 1 ? 'It is' : `${ids.length} records are`} forgotten; the same words in the same unit and kind are refused from now on.\n`,
    );
  return 0;
}

/** Each once, however often it is named. */
function foundAll(memory: Memory, ids: readonly string[]): readonly MemoryRecord[] {
  return [...new Map(ids.map((id) => found(memory, id)).map((record) => [record.id, record])).values()];
}

function found(memory: Memory, id: string): MemoryRecord {
  const record = memory.find(id);
  if (record !== null) return record;
  throw usageError(
    `There is no record ${plain(id)}; nothing was changed.`,
    'npm run memory -- recall WORDS --untrusted shows ids.',
  );
}

function described({ id, kind, unit, text }: MemoryRecord): string {
  const line = plain(text).replaceAll(/\s+/g, ' ');
  return `  ${id.slice(0, 8)} ${kind} of ${unit}: ${line.length > 160 ? `${line.slice(0, 159)}…` : line}`;
}
