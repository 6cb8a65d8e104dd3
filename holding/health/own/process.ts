import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { codeOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import type { Check, Finding } from '../check.ts';
import { line, Path } from './parts.ts';
import { readSmallFile } from './small-file.ts';

/** What an entry of the kind `process` says besides: one of the three. */
export const processKeys = {
  kind: z.literal('process'),
  /** Its short name, as `ps -e` shows it. */
  process: line(200).optional(),
  /** A part of how it was started, as `ps -ef` shows it. */
  commandLine: line(500).optional(),
  pidfile: Path.optional(),
};

/** Which process it is: by one of the three. */
export interface ProcessOptions {
  readonly process?: string | undefined;
  readonly commandLine?: string | undefined;
  readonly pidfile?: string | undefined;
}

/** The kernel keeps so much of a short name. */
const longestName = 15;

/** Looks whether a process runs, in what the kernel tells of each; one that has ended and was not fetched does not. */
export function processRun(options: ProcessOptions, proc = '/proc'): Check['run'] {
  let last: string | null = null;
  return async () => {
    if (options.pidfile !== undefined) return pidfileFinding(options.pidfile, proc);
    // Most often it is the one of the last look.
    const pid = last !== null && isWanted(last, options, proc) ? last : find(options, proc);
    last = pid;
    if (pid !== null) return runs(pid);
    const what = options.process ?? options.commandLine ?? '';
    return gone({ en: `No process “${what}” runs`, nl: `Er draait geen proces “${what}”` });
  };
}

function find(options: ProcessOptions, proc: string): string | null {
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return pids.find((pid) => isWanted(pid, options, proc)) ?? null;
}

function isWanted(pid: string, { process: name, commandLine }: ProcessOptions, proc: string): boolean {
  const stat = readOf(pid, 'stat', proc);
  if (stat === null || !isAlive(stat)) return false;
  if (name !== undefined) return nameIn(stat) === Buffer.from(name).subarray(0, longestName).toString();
  const words = readOf(pid, 'cmdline', proc)?.split('\0').join(' ') ?? '';
  return commandLine !== undefined && words.includes(commandLine);
}

/** `42 (a name) S 1 …`: the name may hold brackets and spaces itself. */
function nameIn(stat: string): string {
  return stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
}

function isAlive(stat: string): boolean {
  return !['Z', 'X', 'x'].includes(stat.charAt(stat.lastIndexOf(')') + 2));
}

/** Null where it ended a moment ago. @throws where there is no such folder at all: then nothing can be said. */
function readOf(pid: string, file: string, proc: string): string | null {
  try {
    return readFileSync(`${proc}/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}

function pidfileFinding(path: string, proc: string): Finding {
  let text: string;
  try {
    text = readSmallFile(path).trim();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return gone({ en: `There is no ${path}`, nl: `Er is geen ${path}` });
  }
  const pid = /^\d{1,10}/.exec(text)?.[0];
  if (pid === undefined) return gone({ en: `${path} names no process`, nl: `${path} noemt geen proces` });
  const stat = readOf(pid, 'stat', proc);
  if (stat !== null && isAlive(stat)) return runs(pid);
  return gone({ en: `Process ${pid} of ${path} is gone`, nl: `Proces ${pid} van ${path} is weg` });
}

function runs(pid: string): Finding {
  return { status: 'ok', reason: { en: `Runs as process ${pid}`, nl: `Draait als proces ${pid}` } };
}

function gone(reason: Words): Finding {
  return { status: 'fail', reason };
}
