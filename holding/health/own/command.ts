import { z } from 'zod';
import { codeOf } from '#lib/errors.ts';
import type { Check, Finding } from '../check.ts';
import { runToEnd, type Ran } from './bounded-run.ts';
import { line, Path, whole } from './parts.ts';

/** What an entry of the kind `command` says besides. */
export const commandKeys = {
  kind: z.literal('command'),
  command: z
    .array(line(4000), { error: 'must be a list of words: [/usr/bin/test, -e, /srv/file]; no shell reads it' })
    .min(1, 'is empty')
    .max(100),
  cwd: Path.optional(),
  /** Exits with one of these are a warning; with 0 all is well; any other is a failure. */
  warnExitCodes: z.array(whole(1, 255)).default([]),
};

/** What is run, where, and which of its exit codes are a warning only. */
export interface CommandOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly warnExitCodes: readonly number[];
}

const maxOutputBytes = 1_048_576;
const longestQuote = 200;
/** It is not there, may not be run, or the folder is missing: nothing was looked at. */
const notStarted = new Set(['ENOENT', 'EACCES', 'ENOTDIR', 'EPERM']);

/** Runs a program of the owner's, and takes its word for it. */
export function commandRun({ command, cwd, warnExitCodes }: CommandOptions): Check['run'] {
  return async ({ signal, clock }) => {
    const began = clock.monotonic();
    try {
      const ran = await runToEnd({ argv: command, cwd, maxOutputBytes, signal });
      return { ...verdict(ran, warnExitCodes), latencyMs: clock.monotonic() - began };
    } catch (error) {
      signal.throwIfAborted();
      if (notStarted.has(codeOf(error) ?? '')) return unable(command[0] ?? '', codeOf(error) ?? '');
      throw error;
    }
  };
}

function verdict(ran: Ran, warnExitCodes: readonly number[]): Finding {
  const { exitCode, killedBy, flooded } = ran;
  if (flooded) return { status: 'fail', reason: { en: 'It printed over 1 MB', nl: 'Het schreef meer dan 1 MB' } };
  const said = quote(ran.output);
  if (exitCode === 0) return { status: 'ok', reason: said === '' ? { en: 'Done', nl: 'Klaar' } : said };
  const ending =
    exitCode === null
      ? { en: `Killed by ${killedBy ?? 'a signal'}`, nl: `Gestopt door ${killedBy ?? 'een signaal'}` }
      : { en: `Exit code ${exitCode}`, nl: `Exitcode ${exitCode}` };
  const more = said === '' ? '' : `: ${said}`;
  const status = exitCode !== null && warnExitCodes.includes(exitCode) ? 'warn' : 'fail';
  return { status, reason: { en: `${ending.en}${more}`, nl: `${ending.nl}${more}` } };
}

/** Its first line, as is the custom for programs that check. */
function quote(output: string): string {
  const first = output.split(/\r?\n/).find((text) => text.trim() !== '') ?? '';
  return first.trim().slice(0, longestQuote);
}

function unable(program: string, code: string): Finding {
  return {
    status: 'unknown',
    reason: {
      en: `${program} cannot be run here (${code})`,
      nl: `${program} kan hier niet worden uitgevoerd (${code})`,
    },
  };
}
