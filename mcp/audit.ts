import { z } from 'zod';
import { openChain, type Head } from '#lib/chain.ts';
import type { Log } from '#lib/log.ts';
import { ToolError, toolErrorKinds } from './tool-error.ts';

/** The stream of the ledger in which calls stand. */
export const auditStream = 'tool-calls';

/** What is written down of a call: neither its arguments nor its result. */
export const AuditRecord = z.object({
  at: z.number().meta({ description: 'Milliseconds since the epoch at which it ended, or was about to be sent' }),
  callId: z.string().meta({ description: 'The same in the record of a beginning and of its end' }),
  unit: z.string(),
  run: z.string(),
  server: z.string(),
  tool: z.string(),
  args: z.string().nullable().meta({ description: 'SHA-256 of the arguments as canonical JSON, hex; null: none' }),
  outcome: z.enum(['begun', 'ok', 'denied', 'failed', 'aborted']).meta({
    description: 'begun: is about to be sent, and twice would not be as good as once; its end has its own record',
  }),
  kind: z.enum(toolErrorKinds).nullable(),
  bytes: z.number().meta({ description: 'Of the answer’s text' }),
  ms: z.number(),
  pin: z.string().nullable().meta({ description: 'SHA-256 of the tool as it was approved, hex; null: not looked at' }),
  attempts: z.number().meta({ description: 'How often it was sent' }),
});
export type AuditRecord = Readonly<z.infer<typeof AuditRecord>>;

/**
 * The record of calls, hash-chained in the ledger. A call's end does not wait for the disk: records are committed
 * together, so a process that is killed takes the ends of its last {@link commitMs} with it. What must not happen twice
 * is on the disk before it is sent.
 */
export interface Audit extends Disposable {
  readonly add: (record: AuditRecord) => void;
  /** Adds it, and returns when it is on the disk. @throws ToolError `denied` where it cannot be written. */
  readonly commit: (record: AuditRecord) => void;
  /** @throws ToolError `denied` while too many records wait, because nothing can be written. */
  readonly requireRoom: () => void;
  /** Commits what waits. */
  readonly flush: () => Head | null;
}

/** Longest time from a call's end to its record on the disk. */
export const commitMs = 25;
/** So many unwritten records are kept in memory, when the ledger cannot be written; then no call is let through. */
const mostWaiting = 1000;
const longestName = 200;
/** Where nothing can be written it is tried again after {@link commitMs}, then after twice that, up to this. */
const longestRetryMs = 60_000;

export function openAudit(path: string, log: Log): Audit {
  const chain = openChain(path);
  let waiting: AuditRecord[] = [];
  let timer: NodeJS.Timeout | undefined;
  let retryMs = commitMs;
  let dropped = 0;
  const flush = (): Head | null => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return null;
    try {
      const head = chain.append(auditStream, waiting);
      if (dropped > 0) log.error('The audit is written again; these calls are not in it', { calls: dropped });
      [waiting, retryMs, dropped] = [[], commitMs, 0];
      return head;
    } catch (error) {
      if (retryMs === commitMs) log.error('The audit of tool calls cannot be written', { error });
      retryMs = Math.min(longestRetryMs, 2 * retryMs);
      timer = setTimeout(flush, retryMs).unref();
      return null;
    }
  };
  const add = (record: AuditRecord): void => {
    waiting.push({ ...record, server: shortened(record.server), tool: shortened(record.tool) });
    if (waiting.length > 2 * mostWaiting) dropped += waiting.splice(0, mostWaiting).length; // Only refusals come so far.
    timer ??= setTimeout(flush, commitMs);
  };
  return {
    add,
    commit: (record) => {
      add(record);
      if (flush() !== null) return;
      waiting.pop(); // It is not sent, and its end says why.
      throw unwritable('so what may not be sent twice is not sent');
    },
    requireRoom: () => {
      if (waiting.length < mostWaiting) return;
      flush();
      if (waiting.length >= mostWaiting) throw unwritable('so no call is let through');
    },
    flush,
    [Symbol.dispose]: () => {
      flush();
      clearTimeout(timer);
      if (waiting.length > 0) log.error('These calls are not in the audit', { calls: waiting.length + dropped });
      chain[Symbol.dispose]();
    },
  };
}

function unwritable(consequence: string): ToolError {
  return new ToolError(`The audit of tool calls cannot be written, ${consequence}.`, {
    kind: 'denied',
    delivery: 'not-sent',
    hint: 'npm run doctor looks at the disk and at the data folder.',
  });
}

/** A name comes from the caller, who may be a model. */
function shortened(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName)}…` : name;
}
