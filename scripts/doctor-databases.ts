import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openChain } from '#lib/chain.ts';
import { systemClock } from '#lib/clock.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import { damageOf } from '#lib/sqlite.ts';
import { openMcpStore } from '#mcp/store.ts';
import { fault, fine, unknown, warning, type Look, type Seen } from '#ops/doctor/finding.ts';

/** What is looked at. */
export const databases = ['ledger', 'tool state'] as const;

/** The files on which the hub of tool servers stands: without them no tool can be used. */
export function databaseLooks({ ledgerDb, mcp }: DataPaths): Readonly<Record<(typeof databases)[number], Look>> {
  const state = join(mcp, 'state.sqlite');
  return {
    ledger: async () => lookAt(ledgerDb, { open: openChain, damaged: lostLedger }),
    'tool state': async () => lookAt(state, { open: openState, damaged: lostState }),
  };
}

function openState(path: string): Disposable {
  return openMcpStore(path, { now: systemClock.now(), log: silentLog });
}

interface Reading {
  readonly open: (path: string) => Disposable;
  readonly damaged: (path: string, why: string) => Seen;
}

/** Read first, and opened only where it is whole: opening would set a damaged one aside. */
function lookAt(path: string, { open, damaged }: Reading): Seen {
  if (!existsSync(path)) return unknown('none yet');
  const why = damageOf(path);
  if (why !== null) return damaged(path, why);
  try {
    open(path)[Symbol.dispose]();
    return fine(`whole, ${(statSync(path).size / 1024 ** 2).toFixed(1)} MiB`);
  } catch (error) {
    const mend = error instanceof OmegaError ? error.hint : undefined;
    return fault(messageOf(error), mend ?? 'see to the data folder');
  }
}

/** Nothing but its owner may put aside the record of what was done and the journal of the memory. */
function lostLedger(path: string, why: string): Seen {
  return fault(
    `${path} is damaged, so no tool can be used and nothing recalled: ${why}`,
    `npm run stop, put back a copy of it, npm start; without a copy: npm run stop; mv '${path}' '${path}.broken'; ` +
      'npm start, with which audit and memory begin anew, then npm run memory -- import FILE: the log names what ' +
      'was exported to data/export/ before',
  );
}

function lostState(path: string, why: string): Seen {
  return warning(
    `${path} is damaged: ${why}`,
    'npm run stop, then npm start, which sets it aside and begins a new one',
  );
}
