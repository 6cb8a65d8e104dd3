import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Answer } from './answer.ts';
import type { Audit, AuditRecord } from './audit.ts';
import { send, type SendOptions } from './attempt.ts';
import { createDeadline, timeIsUp } from './deadline.ts';
import { admit, denied, type Draft, type GuardOptions } from './guard.ts';
import type { ToolCall, ToolResult } from './hub.ts';
import type { Station } from './station.ts';
import { ToolError, type Delivery } from './tool-error.ts';

export interface CallOptions extends GuardOptions {
  readonly audit: Audit;
  readonly clock: Clock;
  /** Aborted when the hub closes. */
  readonly closing: AbortSignal;
}

/** One call from the guard to the audit, in which it stands whatever becomes of it. @throws ToolError, or the caller's own abort. */
export async function performCall(call: ToolCall, options: CallOptions): Promise<ToolResult> {
  const { audit, clock } = options;
  const callId = crypto.randomUUID();
  const begunAt = clock.monotonic();
  const draft: Draft = { server: '', tool: call.tool, args: null, pin: null, attempts: 0 };
  const recordOf = (how: Pick<AuditRecord, 'outcome'> & Partial<AuditRecord>): AuditRecord => {
    const ms = Math.round((clock.monotonic() - begunAt) * 1000) / 1000;
    return { at: clock.now(), callId, unit: call.unit, run: call.run, ...draft, kind: null, bytes: 0, ms, ...how };
  };
  const begin = (): void => audit.commit(recordOf({ outcome: 'begun', attempts: 1 }));
  try {
    call.signal.throwIfAborted();
    const answer = await guardedCall(call, { ...options, draft, begin });
    const record = recordOf({ outcome: 'ok', bytes: answer.bytes });
    audit.add(record);
    return { ...answer, callId, ms: record.ms };
  } catch (error) {
    if (call.signal.aborted) {
      audit.add(recordOf({ outcome: 'aborted' }));
      throw call.signal.reason;
    }
    const failure = failureOf(error, options.stations.get(draft.server), draft);
    audit.add(recordOf({ outcome: failure.kind === 'denied' ? 'denied' : 'failed', kind: failure.kind }));
    throw failure;
  }
}

async function guardedCall(
  call: ToolCall,
  { draft, begin, ...options }: CallOptions & Pick<SendOptions, 'draft' | 'begin'>,
): Promise<Answer> {
  const { audit, closing, clock } = options;
  if (closing.aborted) throw denied('Omega is stopping, so no tool is called any more.');
  audit.requireRoom();
  const admitted = await admit(call, draft, options);
  using deadline = createDeadline([call.signal, closing], admitted.station.config.rules.callMs);
  const release = await place(admitted.station, deadline.signal);
  try {
    return await send({ ...admitted, draft, begin, deadline, clock, abandoned: call.signal });
  } finally {
    release();
  }
}

/** @throws ToolError `busy` where none is free in time. */
async function place({ slots, config }: Station, signal: AbortSignal): Promise<() => void> {
  try {
    return await slots.take(signal);
  } catch (error) {
    if (error !== timeIsUp) throw error;
    throw new ToolError(`${config.name} had no place free for this call within ${config.rules.callMs} ms.`, {
      kind: 'busy',
      delivery: 'not-sent',
    });
  }
}

/** Every failure is a ToolError without secrets. */
function failureOf(error: unknown, station: Station | undefined, { attempts }: Draft): ToolError {
  const failure =
    error instanceof ToolError ? error : interrupted(error, station, attempts === 0 ? 'not-sent' : 'unknown');
  return station?.facts.failed(failure) ?? failure;
}

/** A wait that was ended from outside: by the call's own time, or because the hub closes. */
function interrupted(error: unknown, station: Station | undefined, delivery: Delivery): ToolError {
  if (error !== timeIsUp || station === undefined) return new ToolError(messageOf(error), { kind: 'lost', delivery });
  const { name, rules } = station.config;
  const { reachable, lastError } = station.facts.get();
  const isDown = reachable.value === false;
  return new ToolError(
    `${name} was not ready for this call within ${rules.callMs} ms${isDown ? `: ${reachable.why}` : '.'}`,
    {
      // It waited for the next try of a start that failed: that is what is to be mended.
      kind: isDown && delivery === 'not-sent' && lastError?.kind === 'start' ? 'start' : 'timeout',
      delivery,
    },
  );
}
