import { z } from 'zod';
import { compilePattern, type Pattern } from './pattern.ts';
import { line, Path, span, whole } from './parts.ts';

/** A range of statuses, both ends included. */
export interface Statuses {
  readonly written: string;
  readonly has: (status: number) => boolean;
}

const statusForm = /^[1-5]\d\d(-[1-5]\d\d)?$/;
const wrongStatus = 'must be a status such as 200, a range such as 200-399, or a list of them';
const StatusRange = z.union([whole(100, 599), z.string().regex(statusForm, wrongStatus)], { error: wrongStatus });

/** What an entry of the kind `http` says besides. */
export const httpKeys = {
  kind: z.literal('http'),
  url: line(2000).transform(addressOf),
  method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST'], { error: 'must be GET, HEAD, OPTIONS or POST' }).default('GET'),
  status: z
    .union([StatusRange, z.array(StatusRange).min(1, 'is empty').max(50)], { error: wrongStatus })
    .default('200-399')
    .transform(statusesOf),
  contains: line(500).transform(patternOf).optional(),
  notContains: line(500).transform(patternOf).optional(),
  /** Fewer days than this before its end a certificate is told of. */
  certificateDays: whole(0, 365).default(14),
  maxLatency: span('1ms', '20s').optional(),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is no name of a header'), line(4000))
    .default({}),
  followRedirects: whole(0, 20).default(5),
  ca: Path.optional(),
};

/** A text that is looked for, as it was written and as it is searched. */
export interface Wanted {
  readonly written: string;
  readonly isIn: Pattern;
}

function addressOf(text: string, context: z.RefinementCtx<string>): URL {
  const url = URL.parse(text);
  const fault = addressFault(url);
  if (url !== null && fault === null) return url;
  context.addIssue({ code: 'custom', message: fault ?? 'is no address' });
  return z.NEVER;
}

function addressFault(url: URL | null): string | null {
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return 'must begin with http:// or https://';
  if (url.username !== '' || url.password !== '')
    return 'holds a user name or password; give a header Authorization with ${NAME}, set in .env';
  return null;
}

function statusesOf(value: number | string | (number | string)[]): Statuses {
  const ranges = [value].flat().map((range) => {
    const [from = 0, to = from] = String(range).split('-').map(Number);
    return { from, to };
  });
  const has = (status: number): boolean => ranges.some(({ from, to }) => status >= from && status <= to);
  return { written: [value].flat().join(', '), has };
}

function patternOf(written: string, context: z.RefinementCtx<string>): Wanted {
  const isIn = compilePattern(written);
  if (isIn !== null) return { written, isIn };
  context.addIssue({ code: 'custom', message: 'is no regular expression' });
  return z.NEVER;
}
