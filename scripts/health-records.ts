import { bucketsIn } from '#holding/health/store/buckets.ts';
import { explained, isDamaged, openBeside, openForReading } from '#holding/health/store/database.ts';
import { faultsIn } from '#holding/health/store/verify.ts';
import { systemClock } from '#lib/clock.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { transact } from '#lib/sqlite.ts';
import { paint, plain, printJson } from './command.ts';
import { requireWords, type Use } from './health-by-hand.ts';
import { readPlace } from './settings.ts';

/** Makes hours and days anew; beside the worker too, which waits as long. */
export async function rebuild({ words, values }: Use): Promise<void> {
  requireWords('rebuild', words, 0);
  const { healthDb } = readPlace().paths;
  const startedAt = performance.now();
  const buckets = explaining(healthDb, () => {
    using db = openBeside(healthDb);
    return transact(db, () => bucketsIn(db).rebuild(systemClock.now()));
  });
  const ms = Math.round(performance.now() - startedAt);
  if (values.json) return printJson({ buckets, ms });
  const made = `${paint('green', '✓')} ${buckets} hours and days were made anew in ${ms} ms.`;
  process.stdout.write(`${made} What looks no longer tell kept the latencies that it had.\n`);
}

/** Names everything that is wrong with the records; 1 where that is anything. */
export async function verify({ words, values }: Use): Promise<number> {
  requireWords('verify', words, 0);
  const { healthDb } = readPlace().paths;
  const startedAt = performance.now();
  const faults = explaining(healthDb, () => faultsOf(healthDb));
  const ms = Math.round(performance.now() - startedAt);
  if (values.json) printJson({ sound: faults.length === 0, faults, ms });
  else if (faults.length === 0) process.stdout.write(`${paint('green', '✓')} The records are sound, in ${ms} ms.\n`);
  else showFaults(faults);
  return faults.length === 0 ? 0 : 1;
}

/** A file that SQLite itself refuses is a fault like any other. */
function faultsOf(healthDb: string): readonly string[] {
  try {
    using db = openForReading(healthDb);
    db.exec('BEGIN'); // One moment of it, whatever the worker writes meanwhile.
    return faultsIn(db, systemClock.now());
  } catch (error) {
    const cause = error instanceof OmegaError ? error.cause : error;
    if (!isDamaged(cause)) throw error;
    return [`The file is damaged: ${messageOf(cause)}; the next start sets it aside and begins a new one`];
  }
}

function showFaults(faults: readonly string[]): void {
  for (const fault of faults) process.stdout.write(`${paint('red', '✗')} ${plain(fault)}\n`);
  process.stdout.write(
    '  → npm run health -- rebuild mends hours and days; what was not written down stays unknown.\n',
  );
}

function explaining<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof OmegaError ? error : explained(path, error);
  }
}
