import { openChain, type Head } from '#lib/chain.ts';
import { usageError } from '#lib/errors.ts';
import { auditStream } from '#mcp/audit.ts';
import { paint, printJson } from './command.ts';
import type { Use } from './mcp-open.ts';
import { showAudit } from './mcp-show.ts';
import { readSettings } from './settings.ts';

interface AuditWish {
  readonly limit: string;
  readonly verify: boolean;
  readonly export: boolean;
  readonly head?: string | undefined;
}

/** The latest calls, or a look for tampering, or all of them as they stand in the ledger. */
export function showOrVerify(wish: AuditWish, { json }: Use): number {
  const { paths } = readSettings();
  using chain = openChain(paths.ledgerDb);
  if (wish.verify) return verify(chain.verify(auditStream, toHead(wish.head)), json);
  if (wish.export) {
    for (const line of chain.export(auditStream)) process.stdout.write(`${line}\n`);
    return 0;
  }
  const calls = chain.latest(auditStream, toLimit(wish.limit));
  if (json) printJson({ calls });
  else showAudit(calls);
  return 0;
}

function verify(verdict: ReturnType<ReturnType<typeof openChain>['verify']>, json: boolean): number {
  if (json) printJson(verdict);
  else if (verdict.ok)
    process.stdout.write(
      `${paint('green', '✓')} ${verdict.count} calls, each as it was written. Head ${verdict.head.seq}:${verdict.head.hash}\n` +
        '  Keep the head elsewhere: --verify --head HEAD then also shows what was cut off or written anew at the end.\n',
    );
  else process.stdout.write(`${paint('red', '✗')} The audit is broken at ${verdict.brokenAt}: ${verdict.why}\n`);
  return verdict.ok ? 0 : 1;
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
