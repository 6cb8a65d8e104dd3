import { codeOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { ask, type Answer, type Connections, type Question } from './http-ask.ts';
import type { Statuses, Wanted } from './http-form.ts';
import { judge } from './http-verdict.ts';
import { networkFault } from './network-fault.ts';
import { readSmallFile } from './small-file.ts';

/** What is asked, and what it must answer. */
export interface HttpOptions {
  readonly url: URL;
  readonly method: string;
  readonly status: Statuses;
  readonly contains?: Wanted | undefined;
  readonly notContains?: Wanted | undefined;
  readonly certificateDays: number;
  /** In milliseconds. */
  readonly maxLatency?: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly followRedirects: number;
  /** A file of certificates to trust instead of the usual ones. */
  readonly ca?: string | undefined;
  readonly connections: Connections;
  /** Milliseconds from look to look: it is not worth keeping a connection for long. */
  readonly everyMs: number;
}

/** A look that comes back sooner finds its connection still open. */
const keptForMs = 15_000;
/** Then a new one is made: whether that still can be, and with which certificate, is to be known too. */
const connectionMs = 60_000;
const sentAgain = new Set(['ECONNRESET', 'EPIPE']);

/** Asks an address, follows where it points to, and weighs the answer. */
export function httpRun(options: HttpOptions): Check['run'] {
  let renewedAt = -Infinity;
  return async (context) => {
    const { clock, signal } = context;
    signal.throwIfAborted();
    const began = clock.monotonic();
    const isYoung = began - renewedAt < connectionMs;
    if (!isYoung) renewedAt = began;
    try {
      const answer = await follow(options, { signal, keep: options.everyMs < keptForMs && isYoung });
      if ('finding' in answer) return answer.finding;
      return judge(answer, options, { latencyMs: clock.monotonic() - began, now: clock.now() });
    } catch (error) {
      return faultOf(error, options, context);
    }
  };
}

function faultOf(error: unknown, { url }: HttpOptions, { signal }: CheckContext): Finding {
  signal.throwIfAborted();
  return networkFault(error, url.host);
}

type Followed = Answer | { readonly finding: Finding };

async function follow(options: HttpOptions, { signal, keep }: Pick<Question, 'signal' | 'keep'>): Promise<Followed> {
  const { contains, notContains, followRedirects, headers, connections } = options;
  const ca = options.ca === undefined ? undefined : readSmallFile(options.ca);
  const wantsBody = contains !== undefined || notContains !== undefined;
  const base = { connections, keep, ca, wantsBody, signal };
  let question: Question = { ...base, url: options.url, method: options.method, headers };
  const seen = new Set<string>();
  for (;;) {
    const answer = await askTwice(question);
    const isRedirect = answer.status >= 300 && answer.status < 400 && answer.location !== undefined;
    if (!isRedirect || followRedirects === 0) return answer;
    seen.add(question.url.href);
    const next = URL.parse(answer.location ?? '', question.url.href);
    const fault = redirectFault(next, { seen, followRedirects });
    if (next === null || fault !== null) return { finding: { status: 'fail', reason: fault ?? '' } };
    question = redirected(question, next);
  }
}

/** The other side may close a kept connection at the very moment at which it is used again: that says nothing of it. */
async function askTwice(question: Question): Promise<Answer> {
  try {
    return await ask(question);
  } catch (error) {
    if (!question.keep || question.signal.aborted || !sentAgain.has(codeOf(error) ?? '')) throw error;
    return ask({ ...question, keep: false });
  }
}

function redirectFault(
  next: URL | null,
  { seen, followRedirects }: { readonly seen: ReadonlySet<string>; readonly followRedirects: number },
): Words | null {
  if (next === null || !['http:', 'https:'].includes(next.protocol))
    return { en: 'It redirects to no web address', nl: 'Het verwijst door naar iets dat geen webadres is' };
  if (seen.has(next.href)) return { en: 'It redirects in a circle', nl: 'Het verwijst in een kring door' };
  if (seen.size <= followRedirects) return null;
  return {
    en: `It redirects more than ${followRedirects} times`,
    nl: `Het verwijst meer dan ${followRedirects} keer door`,
  };
}

/** A header may hold a key: it goes to no other place than the one it was written for. */
function redirected(question: Question, url: URL): Question {
  const isSamePlace = url.origin === question.url.origin;
  const method = question.method === 'HEAD' ? 'HEAD' : 'GET';
  return { ...question, url, method, headers: isSamePlace ? question.headers : {} };
}
