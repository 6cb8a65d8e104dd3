import { OmegaError } from '#lib/errors.ts';
import { cleanText, shorten } from '../../swarm/guard.ts';
import { languageOf } from '../words/language.ts';
import type { NewRecord } from '../memory.ts';
import { mostCharacters, soundness, type Bounds, type Sound } from './new-record.ts';
import { recordId, type MemoryRecord } from '../record.ts';
import { suspicionOf } from './scan-instructions.ts';
import { removed, secretRemover, type Cleaned } from './scan-secrets.ts';

/** A record as it may go into the journal. */
export interface Admitted {
  readonly record: Pick<
    MemoryRecord,
    | 'id'
    | 'kind'
    | 'unit'
    | 'lang'
    | 'text'
    | 'keywords'
    | 'importance'
    | 'createdAt'
    | 'validFrom'
    | 'validTo'
    | 'supersedes'
    | 'source'
    | 'trust'
  >;
  /** How many secrets were taken out. */
  readonly redacted: number;
  /** Why it belongs in quarantine, in words; null: it does not. */
  readonly suspicion: string | null;
}

export interface AdmitOptions extends Bounds {
  /** What may stand in no record, beside what looks like a secret. */
  readonly secrets: readonly string[];
}

/** What is quarantined until another source says the same. */
export const fromTheWeb = 'it is from the web, and one source alone says it';

const mostFaultsTold = 20;

type Remover = (text: string) => Cleaned;

/**
 * Looks at all of them, fills in what was left out, takes secrets out, and says what belongs in quarantine.
 * @throws OmegaError `E_MEMORY_INPUT` where any has a fault, naming the faults of all; then none is admitted.
 */
export function admit(records: readonly NewRecord[], { units, secrets, now }: AdmitOptions): readonly Admitted[] {
  const withoutSecrets = secretRemover(secrets);
  const faults: string[] = [];
  const admitted = records.flatMap((record, index) => {
    const looked = soundness(record, { units, now });
    const filled = 'sound' in looked ? fill(looked.sound, now, withoutSecrets) : null;
    const found = 'faults' in looked ? looked.faults : faultsOfFilled(filled, { units, now });
    if (found.length > 0)
      faults.push(...found.map((fault) => `${named(index, record, withoutSecrets)} ${withoutSecrets(fault).text}`));
    return filled ?? [];
  });
  if (faults.length > 0) throw inputError(faults, records.length);
  return admitted;
}

function fill(sound: Sound, now: number, withoutSecrets: Remover): Admitted {
  let redacted = 0;
  function clean(text: string): string {
    const cleaned = withoutSecrets(text);
    redacted += cleaned.redacted;
    return cleaned.text;
  }
  const cleanOrNull = (text: string | null): string | null => (text === null ? null : clean(text));
  const text = clean(sound.text);
  const keywords = { nl: sound.keywords.nl.map(clean), en: sound.keywords.en.map(clean) };
  const { ref, runId, model } = sound.source;
  const told = { ref: cleanOrNull(ref), runId: cleanOrNull(runId), model: cleanOrNull(model) };
  const source = { ...sound.source, ...told };
  const { kind, unit, trust, importance, validTo, supersedes, lang = languageOf(text) } = sound;
  const { createdAt = now, validFrom = createdAt } = sound;
  const id = recordId({ kind, unit, text });
  const times = { createdAt, validFrom, validTo };
  return {
    record: { id, kind, unit, lang, text, keywords, importance, ...times, supersedes, source, trust },
    redacted,
    suspicion: ordersIn({ text, keywords, trust }) ?? (trust === 'web' ? fromTheWeb : null),
  };
}

/** What it tells a machine to do, in words; null: nothing, or it is the owner's own word. */
export function ordersIn({ text, keywords, trust }: Pick<MemoryRecord, 'text' | 'keywords' | 'trust'>): string | null {
  return trust === 'owner' ? null : suspicionOf([text, ...keywords.nl, ...keywords.en].join('\n'));
}

/** What is known only once it is filled in: the mark of a secret may be longer than the secret. */
function faultsOfFilled(filled: Admitted | null, bounds: Bounds): readonly string[] {
  if (filled === null) return [];
  const { id, text, supersedes } = filled.record;
  const looked = filled.redacted > 0 ? soundness({ ...filled.record, text: removed }, bounds) : { faults: [] };
  const faults = 'faults' in looked ? [...looked.faults] : [];
  if (text.length > mostCharacters)
    faults.push(`has ${text.length} characters once its secrets are marked, and ${mostCharacters} are the most`);
  if (supersedes.includes(id)) faults.push('supersedes itself: its text is that of the old one');
  return faults;
}

/** As a person can find it: by its number and its beginning. */
function named(index: number, record: unknown, withoutSecrets: Remover): string {
  const text = typeof record === 'object' && record !== null && 'text' in record ? record.text : null;
  const beginning = typeof text === 'string' ? cleanText(withoutSecrets(text.slice(0, 2000)).text) : '';
  return `record ${index + 1}${beginning === '' ? '' : ` (“${shorten(beginning, 40)}”)`}`;
}

function inputError(faults: readonly string[], records: number): OmegaError {
  const rest = faults.length - mostFaultsTold;
  const list = faults.slice(0, mostFaultsTold).map((fault) => `  - ${fault}`);
  if (rest > 0) list.push(`  - and ${rest} more`);
  const what = records === 1 ? 'The record was' : `None of the ${records} records was`;
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return new OmegaError(`${what}${records === 1 ? ' not' : ''} remembered, for ${count}:\n${list.join('\n')}`, {
    code: 'E_MEMORY_INPUT',
    exitCode: 2,
    hint: 'Mend them and hand in all records again.',
    permanent: true,
  });
}
