import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { createBreaker, type Breaker } from './breaker.ts';
import { before } from './deadline.ts';
import type { ServerState } from './hub.ts';
import type { UsableTools } from './pins.ts';
import { startServer, type StartOptions, type Started } from './start.ts';
import { ToolError } from './tool-error.ts';

/** A server that runs. */
export interface Live extends Started {
  /** When it was ready, on the monotonic clock. */
  readonly readyAt: number;
  /** The tools that may be used; replaced when they are looked at again. */
  usable: UsableTools;
  /** Calls under way. */
  calls: number;
  /** No new call begins on it; it ends when its last one does. */
  isLeft: boolean;
  /** Its loss was seen, and counts as one fault however many calls it takes with it. */
  isLost: boolean;
  isWatched: boolean;
  /** Of its last ping. */
  pingMs: number | null;
  /** Its end, once that was begun. */
  gone: Promise<void> | undefined;
}

/** One server's life in this process: started when it is needed, ended when it is not, watched in between. */
export interface Session extends AsyncDisposable {
  readonly phase: () => Exclude<ServerState, 'disabled' | 'quarantined' | 'needs-auth'>;
  readonly breaker: Breaker;
  readonly live: () => Live | undefined;
  /** Hands the running server to the work, started where it was not; it is not ended for idleness meanwhile. */
  readonly use: <Result>(signal: AbortSignal, work: (live: Live) => Promise<Result>) => Promise<Result>;
  /** The next use begins another connection. */
  readonly leave: (live: Live) => void;
  /** A call lost its connection. */
  readonly lost: (live: Live, why: string) => void;
  /** A call that began then (monotonic) had no answer in time: is the server busy for good? */
  readonly overdue: (live: Live, begunAt: number) => void;
}

export interface SessionOptions extends StartOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Heeds what its start failed with, where that is an answer. */
  readonly heed: (failure: ToolError) => void;
  /** Its phase may have changed. */
  readonly onPhase: () => void;
}

interface Life {
  readonly options: SessionOptions;
  readonly breaker: Breaker;
  /** All that were started and are not gone yet. */
  readonly all: Set<Live>;
  live: Live | undefined;
  starting: Promise<Live> | undefined;
  uses: number;
  idle: NodeJS.Timeout | undefined;
}

const untouched = { isLeft: false, isLost: false, isWatched: false, pingMs: null, gone: undefined } as const;

/** No answer to a ping for so long, while a call is past its time, is a busy loop. */
const pingPatienceMs = 10_000;

/** Nothing is started yet. */
export function createSession(options: SessionOptions): Session {
  const breaker = createBreaker(options.clock);
  const life: Life = {
    options,
    breaker,
    all: new Set(),
    live: undefined,
    starting: undefined,
    uses: 0,
    idle: undefined,
  };
  return {
    breaker,
    live: () => life.live,
    phase: () => phaseOf(life),
    use: (signal, work) => use(life, signal, work),
    leave: (live) => leave(life, live),
    lost: (live, why) => lost(life, live, why),
    overdue: (live, begunAt) => {
      life.breaker.fault(begunAt);
      options.onPhase();
      void endWhenBusy(life, live);
    },
    [Symbol.asyncDispose]: async () => {
      clearTimeout(life.idle);
      await life.starting?.catch(() => {}); // Its callers are told; here it only must be over.
      await Promise.all([...life.all].map((live) => end(life, live)));
    },
  };
}

async function use<Result>(life: Life, signal: AbortSignal, work: (live: Live) => Promise<Result>): Promise<Result> {
  life.uses += 1;
  clearTimeout(life.idle);
  let live: Live | undefined;
  try {
    live = await acquire(life, signal);
    live.calls += 1;
    return await work(live);
  } finally {
    if (live !== undefined) live.calls -= 1;
    if (live?.isLeft === true && live.calls === 0) void end(life, live);
    life.uses -= 1;
    if (life.uses === 0) rest(life);
  }
}

async function acquire(life: Life, signal: AbortSignal): Promise<Live> {
  const { options, breaker } = life;
  for (;;) {
    signal.throwIfAborted();
    if (life.live !== undefined) return life.live;
    if (life.starting !== undefined) return before(life.starting, signal);
    const going = [...life.all].find(({ gone }) => gone !== undefined)?.gone;
    if (going !== undefined) await before(going, signal);
    else if (breaker.state() === 'open') throw openError(options.config.name, breaker.waitMs());
    else if (breaker.waitMs() > 0) await options.clock.sleep(breaker.waitMs(), signal);
    else return before(startOnce(life), signal);
  }
}

function startOnce(life: Life): Promise<Live> {
  const { facts, closing, onPhase, heed } = life.options;
  life.starting = start(life)
    .catch((error: unknown) => {
      const failure = facts.failed(error);
      heed(failure);
      if (isFault(failure) && !closing.aborted) {
        facts.reachable(false, failure.message);
        fault(life);
      }
      throw failure;
    })
    .finally(() => {
      life.starting = undefined;
      onPhase();
    });
  onPhase();
  return life.starting;
}

async function start(life: Life): Promise<Live> {
  const { config, facts, clock, log } = life.options;
  const begunAt = clock.monotonic();
  const started = await startServer(life.options);
  const readyAt = clock.monotonic();
  const live: Live = { ...started, readyAt, calls: 0, ...untouched };
  life.all.add(live);
  life.live = live;
  facts.reachable(true, 'It started and listed its tools');
  const { protocol } = live.connection;
  log.info('a tool server is ready', { server: config.name, protocol, tookMs: Math.round(readyAt - begunAt) });
  void watch(life, live);
  return live;
}

async function watch(life: Life, live: Live): Promise<void> {
  const how = await live.connection.closed;
  if (live.gone === undefined) lost(life, live, `It ended: ${how}`);
  await end(life, live);
}

function lost(life: Life, live: Live, why: string): void {
  const { config, facts, log } = life.options;
  if (live.isLost || live.gone !== undefined) return;
  live.isLost = true;
  facts.reachable(false, why);
  log.warn('a tool server was lost', { server: config.name, why });
  fault(life);
  leave(life, live);
}

/** A server that loops answers nobody, so waiting for it any longer is no use. */
async function endWhenBusy(life: Life, live: Live): Promise<void> {
  const { config, facts, log, closing } = life.options;
  if (live.isWatched) return;
  live.isWatched = true;
  try {
    await live.connection.ping(closing, pingPatienceMs);
  } catch (error) {
    if (live.gone !== undefined || closing.aborted) return;
    log.warn('a tool server answers nothing, and a call is past its time: it is ended', { server: config.name, error });
    facts.reachable(false, `It was in a busy loop: ${messageOf(error)}`);
    fault(life);
    await end(life, live);
  } finally {
    live.isWatched = false;
  }
}

function leave(life: Life, live: Live): void {
  if (life.live === live) life.live = undefined;
  live.isLeft = true;
  if (live.calls === 0) void end(life, live);
}

/** Never rejects: often nobody waits for it. */
function end(life: Life, live: Live): Promise<void> {
  const { config, log, onPhase } = life.options;
  if (life.live === live) life.live = undefined;
  live.gone ??= live
    .end()
    .catch((error: unknown) => log.warn('a tool server could not be ended cleanly', { server: config.name, error }))
    .finally(() => {
      life.all.delete(live);
      onPhase();
    });
  onPhase();
  return live.gone;
}

function rest(life: Life): void {
  life.idle = setTimeout(() => {
    if (life.live !== undefined && life.uses === 0) void end(life, life.live);
  }, life.options.config.rules.idleMs);
  life.idle.unref();
}

function fault({ breaker, options }: Life): void {
  breaker.fault(options.clock.monotonic());
  options.onPhase();
}

/** That it refuses us, or that its tools are not as approved, is an answer. */
function isFault({ kind }: ToolError): boolean {
  return kind !== 'auth' && kind !== 'rate-limited' && kind !== 'pin-mismatch';
}

function phaseOf({ live, starting, all, breaker }: Life): ReturnType<Session['phase']> {
  const state = breaker.state();
  if (state === 'open' || state === 'half-open') return state;
  if (live !== undefined) return 'ready';
  if (starting !== undefined) return 'starting';
  if (all.size > 0) return 'draining';
  return state === 'backoff' ? 'backoff' : 'cold';
}

/** What a call is told while the breaker lets nothing through. */
export function openError(server: string, waitMs: number): ToolError {
  return new ToolError(`${server} failed again and again; it is tried once more in ${Math.ceil(waitMs / 1000)} s.`, {
    kind: 'open',
    delivery: 'not-sent',
    retryAfterMs: Math.max(1000, waitMs),
    hint: `npm run mcp -- probe ${server} tries it now and says what is wrong.`,
  });
}
