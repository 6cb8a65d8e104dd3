import { openLedger } from '#holding/report/outbox/ledger.ts';
import type { Parcel } from '#holding/report/outbox.ts';
import { OmegaError, usageError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { existsSync } from 'node:fs';
import { plain } from './command.ts';

/** What a verb is called with. */
export interface Use {
  readonly words: readonly string[];
  readonly values: {
    readonly json: boolean;
    readonly limit?: string | undefined;
    readonly sealed: boolean;
    readonly out?: string | undefined;
    readonly key?: string | undefined;
    readonly sender?: string | undefined;
    readonly to?: string | undefined;
    readonly here: boolean;
    readonly yes: boolean;
    readonly qr: boolean;
  };
  readonly signal: AbortSignal;
}

/**
 * A secret key belongs into a file: the shell keeps what is typed, and every program may read it meanwhile.
 * @throws OmegaError `E_KEY_IS_SECRET`, exit code 2, where one stands in what was typed; it is not said back.
 */
export function refuseSecretKey(typed: readonly (string | boolean | undefined)[]): void {
  if (!typed.some((one) => typeof one === 'string' && /omega-rsk1-[\w-]{24}/.test(one))) return;
  throw new OmegaError('E_KEY_IS_SECRET: A secret key was typed as part of the command.', {
    code: 'E_KEY_IS_SECRET',
    hint: 'Take it out of the history of your shell, make a new key, and name the file it is in: --key SECRETFILE.',
    permanent: true,
    exitCode: 2,
  });
}

/** @throws OmegaError, exit code 2, where there is a word that the verb does not take. */
export function requireNoMore(words: readonly string[], takes: number): void {
  const extra = words[takes];
  if (extra !== undefined)
    throw usageError(`It takes no “${plain(extra)}”.`, 'npm run reports -- --help shows what each verb takes.');
}

/** The number of a report. @throws OmegaError, exit code 2. */
export function seqOf(word: string | undefined): number {
  const seq = Number(word);
  if (word !== undefined && Number.isSafeInteger(seq) && seq !== 0) return seq;
  throw usageError(
    word === undefined ? 'Which report?' : `“${plain(word)}” is no number of a report.`,
    'npm run reports -- list --sealed shows their numbers.',
  );
}

/** All that were sealed, the oldest first; looking does not begin a ledger. */
export function parcelsIn(paths: DataPaths): readonly Parcel[] {
  if (!existsSync(paths.ledgerDb)) return [];
  using ledger = openLedger(paths.ledgerDb);
  return [...ledger.fold().kept.values()].map(({ parcel }) => parcel);
}

/** What to say where nothing was sealed yet. */
export const nothingSealed = `No report was sealed yet. Is a key set? npm run reports -- keys list
Then at once: npm run job:report-send
`;
