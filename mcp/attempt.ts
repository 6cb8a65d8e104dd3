import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { readAnswer, type Answer } from './answer.ts';
import { isListed } from './config-schema.ts';
import type { Deadline } from './deadline.ts';
import { denied, type Admitted, type Draft } from './guard.ts';
import type { Leave } from './rate.ts';
import { retell } from './retell.ts';
import { openError, type Live } from './session.ts';
import type { Station } from './station.ts';
import { ToolError } from './tool-error.ts';

export interface SendOptions extends Admitted {
  readonly draft: Draft;
  /** Writes down, before it is sent, a call that must not be sent twice. */
  readonly begin: () => void;
  readonly deadline: Deadline;
  readonly clock: Clock;
  /** The caller's own signal. */
  readonly abandoned: AbortSignal;
}

/** However often it is lost, a call is sent no more often than this. */
const mostAttempts = 5;
/** A wait for the server's rate that is longer than this is the caller's to decide on. */
const longestRateWaitMs = 5000;

/** Sends a call, and once more where that does no harm, within its own time. @throws ToolError, or the deadline's reason. */
export async function send(options: SendOptions): Promise<Answer> {
  let mayHaveArrived = false;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(options);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      if (tries >= mostAttempts || options.deadline.signal.aborted || !mayRepeat(error, options))
        throw mayHaveArrived && error.delivery === 'not-sent' ? retell(error, { delivery: 'unknown' }) : error;
      mayHaveArrived ||= error.delivery === 'unknown';
    }
  }
}

/** What was not sent may always be sent again; what may have arrived, only where twice is as good as once. */
function mayRepeat({ kind, delivery }: ToolError, options: SendOptions): boolean {
  if (!['start', 'lost', 'timeout'].includes(kind)) return false;
  return delivery === 'not-sent' || (delivery === 'unknown' && isIdempotent(options));
}

function isIdempotent({ station, tool }: SendOptions): boolean {
  return isListed(station.config.rules.idempotent, tool);
}

async function attempt(options: SendOptions): Promise<Answer> {
  const { station, deadline } = options;
  const { session, config, rate } = station;
  requireRate(options, counted(options, rate.look));
  const leave = session.breaker.admit();
  if (leave === null) throw openError(config.name, session.breaker.waitMs());
  try {
    return await session.use(deadline.signal, (live) => callOn(live, options));
  } finally {
    leave();
  }
}

async function callOn(live: Live, options: SendOptions): Promise<Answer> {
  const { station, tool, args, draft, deadline, clock, abandoned } = options;
  const { facts, session, config, known } = station;
  const pin = live.usable.get(tool);
  if (pin === undefined)
    throw denied(`${config.name} has no approved tool ${tool.slice(0, 100)}.`, {
      hint: `npm run mcp -- tools ${config.name} lists them, and why one is unusable.`,
    });
  draft.pin = pin.sha256;
  await reserve(options);
  if (draft.attempts === 0 && !isIdempotent(options)) options.begin();
  draft.attempts += 1;
  const sentAt = clock.monotonic();
  try {
    const raw = await live.connection.call(tool, args, { signal: abandoned, timeoutMs: deadline.remainingMs() });
    const { redact } = station.starting;
    const answer = readAnswer(raw, { tool: `${config.name}.${tool}`, readError: known?.readError, redact });
    session.breaker.success();
    facts.succeeded();
    return answer;
  } catch (error) {
    if (error instanceof ToolError && !abandoned.aborted) judge(error, { live, sentAt, station });
    throw error;
  }
}

/** What a failed call says of its server. */
function judge(failure: ToolError, { live, sentAt, station }: { live: Live; sentAt: number; station: Station }): void {
  const { session, heed } = station;
  if (failure.kind === 'lost') session.lost(live, failure.message);
  else if (failure.kind === 'timeout') session.overdue(live, sentAt);
  else if (failure.delivery === 'replied') session.breaker.success();
  if (failure.kind === 'auth') session.leave(live);
  heed(failure);
}

/** Counts it before it is sent, so that a crash can only make the count too high; waits a little where that helps. */
async function reserve(options: SendOptions): Promise<void> {
  const { station, clock, deadline } = options;
  for (;;) {
    const leave = counted(options, station.rate.reserve);
    if (leave.ok) return;
    requireRate(options, leave);
    await clock.sleep(leave.waitMs, deadline.signal);
  }
}

/** What cannot be counted is not sent. @throws ToolError `busy`. */
function counted({ station, clock }: SendOptions, count: (now: number) => Leave): Leave {
  try {
    return count(clock.now());
  } catch (error) {
    throw new ToolError(`The calls of ${station.config.name} cannot be counted now: ${messageOf(error)}`, {
      kind: 'busy',
      delivery: 'not-sent',
      hint: 'Try again; npm run doctor looks at the disk and at the data folder.',
    });
  }
}

/** @throws ToolError `rate-limited` where waiting for it would be too long. */
function requireRate({ station, deadline }: SendOptions, leave: Leave): void {
  if (leave.ok || leave.waitMs <= Math.min(longestRateWaitMs, deadline.remainingMs())) return;
  const { name } = station.config;
  throw new ToolError(`${name} may not be asked for another ${Math.ceil(leave.waitMs / 1000)} s: ${leave.why}.`, {
    kind: 'rate-limited',
    delivery: 'not-sent',
    retryAfterMs: leave.waitMs,
    hint: `The limit stands under omega.rate of ${name} in mcp.json.`,
  });
}
