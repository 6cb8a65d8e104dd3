import { request, type Dispatcher } from 'undici';
import type { Clock } from '#lib/clock.ts';
import type { Env } from '#lib/env.ts';
import { codeOf } from '#lib/errors.ts';
import { sayIn, type Language, type Words } from '#lib/language.ts';
import { redact, type Log } from '#lib/log.ts';
import type { OutsideStanding } from '../check.ts';
import { wayTo } from '../../way.ts';
import { networkFault } from '../own/network-fault.ts';
import type { Snapshot } from '../snapshot.ts';

/** Tells someone else at `OMEGA_PING_URL` that this machine goes on, so that its silence is heard. */
export interface Outside {
  /** Once a minute at most: a sign of life while it works, `/fail` when it is down, nothing while that is not known. */
  readonly tell: (state: Snapshot['overall']['state'], signal: AbortSignal) => Promise<void>;
  /** Null: no address is set. */
  readonly standing: () => OutsideStanding | null;
}

/** What telling the outside takes. */
export interface OutsideOptions {
  /** A secret: it stands in no log, error or page. Undefined: nobody is told. */
  readonly url: string | undefined;
  /** How the internet is reached. */
  readonly network: Env['network'];
  readonly clock: Clock;
  readonly log: Log;
  readonly language: Language;
}

/** A heartbeat that is a little early is on time. */
const earlyMs = 5000;
const everyMs = 60_000;
const answerMs = 10_000;
/** So long a heartbeat waits for the answer; it then goes on without. */
const patienceMs = 1000;
/** More of an answer is not read. */
const longestAnswer = 10_000;

/** What is remembered of the calls, and the one that is under way. */
interface Calls {
  /** On the clock that never goes back; null: none yet. */
  began: number | null;
  failing: boolean;
  standing: OutsideStanding;
  stop: AbortController;
}

/** Calls the address; nothing that happens to a call reaches the heartbeat. Disposed, it ends the call under way. */
export function createOutside(options: OutsideOptions): Outside & AsyncDisposable {
  const { url, network, clock } = options;
  if (url === undefined) {
    return { tell: async () => {}, standing: () => null, [Symbol.asyncDispose]: async () => {} };
  }
  const calls: Calls = {
    began: null,
    failing: false,
    standing: { lastTriedAt: null, lastHeardAt: null, fault: null },
    stop: new AbortController(),
  };
  let dispatcher: Dispatcher | undefined;
  // Made when it is needed: what is wrong with it is a fault of the call.
  const way = (): Dispatcher => (dispatcher ??= wayTo(new URL(url), network));
  return {
    async tell(state, signal) {
      if (state === 'unknown' || !isDue(calls, state === 'down', clock)) return;
      const underway = call(calls, { ...options, url, way, failing: state === 'down', signal });
      await atMost(underway, clock);
    },
    standing: () => calls.standing,
    [Symbol.asyncDispose]: async () => {
      calls.stop.abort();
      await dispatcher?.destroy();
    },
  };
}

/** At once when it goes down or comes back; else each minute, whatever the wall clock does. */
function isDue({ began, failing }: Calls, isDown: boolean, clock: Clock): boolean {
  return began === null || failing !== isDown || clock.monotonic() - began >= everyMs - earlyMs;
}

interface Call extends Omit<OutsideOptions, 'url'> {
  readonly url: string;
  readonly way: () => Dispatcher;
  readonly failing: boolean;
  readonly signal: AbortSignal;
}

async function call(calls: Calls, { url, clock, log, language, way, failing, signal }: Call): Promise<void> {
  calls.stop.abort(); // What was under way tells what is so no more.
  const stop = new AbortController();
  Object.assign(calls, { began: clock.monotonic(), failing, stop });
  const tried = { lastTriedAt: clock.now() };
  const within = AbortSignal.any([signal, stop.signal, AbortSignal.timeout(answerMs)]);
  const fault = await faultOf(failing ? failUrl(url) : url, { way, signal: within });
  if (stop.signal.aborted || signal.aborted) return; // Broken off by us, which says nothing of the other side.
  const told = fault === null ? null : redact(sayIn(language)(fault), secretsOf(url));
  if (told !== null && told !== calls.standing.fault) log.warn('OMEGA_PING_URL could not be told', { why: told });
  const lastHeardAt = fault === null ? clock.now() : calls.standing.lastHeardAt;
  calls.standing = { ...tried, lastHeardAt, fault: told };
}

/** `/fail` belongs to the path, before what is asked there. */
function failUrl(url: string): string {
  const failing = new URL(url);
  failing.pathname = `${failing.pathname.replace(/\/$/, '')}/fail`;
  return failing.href;
}

/** Why a call did not succeed; null: it did. A redirect is not followed: the address is told to nobody else. */
async function faultOf(
  url: string,
  { way, signal }: { way: () => Dispatcher; signal: AbortSignal },
): Promise<Words | null> {
  try {
    const { statusCode, body } = await request(url, { dispatcher: way(), signal, headers: { 'user-agent': 'Omega' } });
    await body.dump({ limit: longestAnswer, signal }).catch(() => {}); // Its status says it all.
    if (statusCode >= 200 && statusCode < 300) return null;
    return { en: `It answers with status ${statusCode}`, nl: `Het antwoordt met status ${statusCode}` };
  } catch (error) {
    return signal.aborted ? noAnswer : unreached(error);
  }
}

const noAnswer: Words = {
  en: `No answer within ${answerMs / 1000} s`,
  nl: `Geen antwoord binnen ${answerMs / 1000} s`,
};

function unreached(error: unknown): Words {
  try {
    return networkFault(error, 'OMEGA_PING_URL').reason;
  } catch {
    const code = codeOf(error) ?? 'no code'; // Not its message: that may hold the address.
    return { en: `It cannot be reached (${code})`, nl: `Het is niet te bereiken (${code})` };
  }
}

function secretsOf(url: string): string[] {
  const { href, host, hostname, pathname, search } = new URL(url);
  return [url, href, host, hostname, pathname, search].filter((part) => part.length > 1);
}

async function atMost(underway: Promise<void>, clock: Clock): Promise<void> {
  const over = new AbortController();
  const patience = clock.sleep(patienceMs, over.signal).catch(() => {});
  await Promise.race([underway, patience]);
  over.abort();
}
