import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openChain, type Chain, type Head, type Verdict } from '#lib/chain.ts';
import { usageError } from '#lib/errors.ts';
import { approvalStream } from '#mcp/approval.ts';
import { auditStream } from '#mcp/audit.ts';
import { paint, printJson } from './command.ts';
import type { Use } from './mcp-open.ts';
import { showApprovals, showAudit } from './mcp-show.ts';
import { readSettings } from './settings.ts';

interface AuditWish {
  readonly limit: string;
  readonly verify: boolean;
  readonly export: boolean;
  readonly head?: string | undefined;
}

/** The latest calls and approvals, or a look for tampering, or all of them as they stand in the ledger. */
export async function showOrVerify(wish: AuditWish, { json, signal }: Use): Promise<number> {
  const { paths } = readSettings();
  using chain = openChain(paths.ledgerDb);
  if (wish.verify) return verify(chain, toHead(wish.head), json);
  if (wish.export) return await exportAll(chain, signal); // Before the chain is closed.
  const limit = toLimit(wish.limit);
  const [calls, approvals] = [chain.latest(auditStream, limit), chain.latest(approvalStream, limit)];
  if (json) printJson({ calls, approvals });
  else {
    showAudit(calls);
    showApprovals(approvals);
  }
  return 0;
}

/** No faster than it is read: a ledger of years does not fit into memory. */
async function exportAll(chain: Chain, signal: AbortSignal): Promise<number> {
  await pipeline(Readable.from(linesOf(chain)), process.stdout, { signal, end: false });
  return 0;
}

function* linesOf(chain: Chain): Generator<string> {
  for (const stream of [auditStream, approvalStream]) for (const line of chain.export(stream)) yield `${line}\n`;
}

function verify(chain: Chain, known: Head | undefined, json: boolean): number {
  const [calls, approvals] = [chain.verify(auditStream, known), chain.verify(approvalStream)];
  if (json) printJson({ ...calls, approvals });
  else {
    tell('records of calls', calls);
    if (!approvals.ok || approvals.count > 0) tell('records of approvals', approvals);
    if (calls.ok)
      process.stdout.write(
        '  Keep the head elsewhere: --verify --head HEAD then also shows what was cut off or written anew at the end.\n',
      );
  }
  return calls.ok && approvals.ok ? 0 : 1;
}

function tell(what: string, verdict: Verdict): void {
  process.stdout.write(
    verdict.ok
      ? `${paint('green', '✓')} ${verdict.count} ${what}, each as it was written. Head ${verdict.head.seq}:${verdict.head.hash}\n`
      : `${paint('red', '✗')} The audit is broken in its ${what}, at ${verdict.brokenAt}: ${verdict.why}\n`,
  );
}

function toLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw usageError(`--limit ${text} is no number of calls.`, 'Write a whole number from 1 up.');
}

function toHead(text: string | undefined): Head | undefined {
  if (text === undefined) return undefined;
  const [, seq, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw usageError(`--head ${text} is none.`, 'Write it as --verify printed it: number:hash.');
  return { seq: Number(seq), hash };
}
