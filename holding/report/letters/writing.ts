import { locales, sayIn, type Language, type Say } from '#lib/language.ts';
import { html, type Html } from './html.ts';

/** How one letter is written: in the owner's language, by the clock on the owner's wall. */
export interface Writing {
  readonly language: Language;
  readonly timezone: string;
  readonly say: Say;
  /** `3 Mar, 07:00`. */
  readonly time: (ms: number) => string;
  /** The same as an element. */
  readonly at: (ms: number) => Html;
  /** `Tuesday 3 March 2026`. */
  readonly day: (ms: number) => string;
  /** How long something took, in its two largest units: `1 hr, 3 mins`; never rounded up. */
  readonly lasting: (ms: number) => string;
}

const sizes = [
  { unit: 'days', ms: 86_400_000 },
  { unit: 'hours', ms: 3_600_000 },
  { unit: 'minutes', ms: 60_000 },
  { unit: 'seconds', ms: 1000 },
] as const;

/** The writing of letters for one language and zone. */
export function writingIn(language: Language, timezone: string): Writing {
  const locale = locales[language];
  const time = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: timezone,
  });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: timezone });
  const length = new Intl.DurationFormat(locale, { style: 'short' });
  return {
    language,
    timezone,
    say: sayIn(language),
    time: (ms) => time.format(ms),
    at: (ms) => html`<time datetime="${new Date(ms).toISOString()}">${time.format(ms)}</time>`,
    day: (ms) => day.format(ms),
    lasting: (ms) => (ms < 1000 ? `${Math.max(0, Math.floor(ms))} ms` : length.format(twoLargest(ms))),
  };
}

function twoLargest(ms: number): Partial<Record<(typeof sizes)[number]['unit'], number>> {
  const first = sizes.findIndex((size) => ms >= size.ms);
  let rest = ms;
  return Object.fromEntries(
    sizes.slice(first, first + 2).flatMap(({ unit, ms: size }) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count === 0 ? [] : [[unit, count]];
    }),
  );
}
