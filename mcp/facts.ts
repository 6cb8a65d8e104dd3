import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { redact } from '#lib/log.ts';
import type { ServerConfig } from './config.ts';
import { retell } from './retell.ts';
import type { McpStore, Remembered } from './store.ts';
import { ToolError } from './tool-error.ts';

/** What is found out about one server, kept for the page and for the next process. */
export interface Facts {
  readonly get: () => Remembered;
  readonly set: (change: Partial<Remembered>) => void;
  readonly reachable: (value: boolean, why: string) => void;
  /** A real call succeeded: it can be reached and used, and a refusal is over. */
  readonly succeeded: () => void;
  readonly unusable: (why: string) => void;
  /** It refuses the credentials: nothing but a probe is sent to it until they change. That counts as a probe made. */
  readonly refused: (why: string) => void;
  readonly isRefused: () => boolean;
  /** Takes secrets out of an error, and remembers it where it says something of the server. */
  readonly failed: (error: unknown) => ToolError;
}

export interface FactsOptions {
  readonly config: ServerConfig;
  readonly store: Pick<McpStore, 'get' | 'update'>;
  readonly clock: Clock;
  readonly secrets: readonly string[];
}

/** A success that is told again so soon is not written again. */
const freshMs = 10_000;
const longestMessage = 500;

/** These say how the server is, not what one call asked for. */
const ofTheServer: ReadonlySet<string> = new Set([
  'start',
  'timeout',
  'lost',
  'too-large',
  'rate-limited',
  'auth',
  'pin-mismatch',
]);

export function createFacts({ config: { name, fingerprint }, store, clock, secrets }: FactsOptions): Facts {
  const get = (): Remembered => store.get(name);
  const set = (change: Partial<Remembered>): void => store.update(name, change);
  const known = (value: boolean, why: string): Remembered['reachable'] => ({ value, at: clock.now(), why });
  return {
    get,
    set,
    reachable: (value, why) => set({ reachable: known(value, clean(why, secrets)) }),
    succeeded: () => {
      const { usable, refused } = get();
      const isFresh = usable.value === true && Math.abs(clock.now() - (usable.at ?? 0)) < freshMs;
      if (isFresh && refused === null) return;
      const reachable = known(true, 'It answered a call');
      set({ reachable, usable: known(true, 'A real call succeeded'), refused: null, probeFails: 0 });
    },
    unusable: (why) => set({ usable: known(false, clean(why, secrets)) }),
    refused: (why) => set({ usable: known(false, clean(why, secrets)), refused: fingerprint, probedAt: clock.now() }),
    isRefused: () => get().refused === fingerprint,
    failed: (error) => {
      const failure = cleanError(error, secrets);
      const isWait = failure.kind === 'timeout' && failure.delivery === 'not-sent'; // What it waited for tells more.
      if (ofTheServer.has(failure.kind) && !isWait)
        set({ lastError: { kind: failure.kind, message: clean(failure.message, secrets), at: clock.now() } });
      return failure;
    },
  };
}

/** A ToolError's message tells its cause already, which is left out: it may hold secrets as well. */
function cleanError(error: unknown, secrets: readonly string[]): ToolError {
  if (!(error instanceof ToolError))
    return new ToolError(redact(messageOf(error), secrets), { kind: 'lost', delivery: 'unknown' });
  const message = redact(error.message, secrets);
  const hint = error.hint && redact(error.hint, secrets);
  const isClean = message === error.message && hint === error.hint && error.cause === undefined;
  return isClean ? error : retell(error, { message, hint });
}

/** On one line, without control and format characters, and not long: it may hold what a server wrote. */
function clean(text: string, secrets: readonly string[]): string {
  const line = redact(text, secrets)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line;
}
