import { sayIn } from '#lib/language.ts';
import type { Kept } from './fold.ts';

/** What a courier may say beside a report, to whoever looks on: “All well, 0 incidents. Report #42, sealed.” */
export function captionOf({ parcel, part, tally, language }: Kept): string {
  const { seq, plaintext } = parcel;
  const which =
    part === null ? { en: '', nl: '' } : { en: `, part ${part.i} of ${part.n}`, nl: `, deel ${part.i} van ${part.n}` };
  const told = plaintext
    ? { en: 'Not sealed, as you chose.', nl: 'Niet verzegeld, zoals je koos.' }
    : { en: `Report #${seq}${which.en}, sealed.`, nl: `Rapport #${seq}${which.nl}, verzegeld.` };
  const said = sayIn(language)(told);
  if (tally === '') return said;
  return `${tally}${/[.!?…]$/.test(tally) ? '' : '.'} ${said}`;
}
