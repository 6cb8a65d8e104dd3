import { z } from 'zod';

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time such as `30s`, `5m`, `2h` or `1d`, in milliseconds. */
export function span(atLeast: string, atMost: string): z.ZodType<number, string> {
  const wrong = 'must be a length of time, such as 30s, 5m, 2h or 1d';
  return z
    .string({ error: wrong })
    .regex(/^\d{1,6}(ms|s|m|h|d)$/, wrong)
    .transform(milliseconds)
    .refine((ms) => ms >= milliseconds(atLeast) && ms <= milliseconds(atMost), {
      error: `must be between ${atLeast} and ${atMost}`,
    });
}

function milliseconds(text: string): number {
  return Number.parseInt(text, 10) * (unitsMs[text.replace(/^\d+/, '')] ?? 0);
}

/** Words on one line; what steers a terminal or turns the direction of writing is refused. */
export function line(longest = 200): z.ZodString {
  return z
    .string({ error: 'must be text; put it in quotes' })
    .min(1, 'is empty')
    .max(longest, `has more than ${longest} characters`)
    .refine((text) => text.isWellFormed() && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text), {
      error: 'holds a control character',
    });
}

/** The id of a check, which is a part of an address too. */
export const Id = line(60).regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be small letters, digits and single - between them');

/** A name of a host or its address, without a port. */
export const Host = line(255).regex(/^\[?[A-Za-z0-9._:%-]+\]?$/, 'is no name or address of a host');

/** An absolute path of a file or folder. */
export const Path = line(4096).refine((path) => path.startsWith('/'), { error: 'must be a whole path, from / on' });

/** Whole numbers, bounded. */
export function whole(atLeast: number, atMost: number): z.ZodInt {
  const error = `must be a whole number from ${atLeast} to ${atMost}`;
  return z.int({ error }).min(atLeast, error).max(atMost, error);
}

/** An IANA time zone. */
export const Zone = line(60).refine(isTimezone, { error: 'is no IANA time zone; write one as Europe/Amsterdam' });

function isTimezone(value: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: value }) !== undefined;
  } catch {
    return false; // The constructor's RangeError is the answer itself.
  }
}
