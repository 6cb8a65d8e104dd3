import { OmegaError } from '#lib/errors.ts';
import { savingHint } from '../books.ts';
import type { Verification } from '../memory.ts';

const mostNamed = 5;

/** Hands on what was verified where nothing is amiss. @throws OmegaError `E_MEMORY_FAULTS`, naming what is. */
export function requireSound(verification: Verification): Verification {
  const { ok, faults, isJournalWhole } = verification;
  if (ok) return verification;
  const more = faults.length > mostNamed ? `; and ${faults.length - mostNamed} more` : '';
  throw new OmegaError(`The memory is not as it should be: ${faults.slice(0, mostNamed).join('; ')}${more}`, {
    code: 'E_MEMORY_FAULTS',
    hint: isJournalWhole
      ? 'npm run memory -- verify lists every fault; npm run memory -- rebuild makes both indexes anew from the journal.'
      : savingHint,
    permanent: true,
  });
}
