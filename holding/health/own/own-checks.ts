import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { systemClock, type Clock } from '#lib/clock.ts';
import { codeOf, messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import type { Check } from '../check.ts';
import { buildChecks, type BuildOptions } from './build.ts';
import { parseChecks } from './checks-file.ts';
import { createConnections } from './http-ask.ts';
import { mostBytes } from './read-yaml.ts';
import { givenUp } from './relations.ts';

/** The owner's own checks, of `checks.yaml`. */
export interface OwnChecks extends Disposable {
  /**
   * Those in force: of the file as it is now, or of the last one without a fault. Cheap: it is asked at each beat, and
   * reads again only what changed. The same array as long as nothing did.
   */
  readonly current: () => readonly Check[];
  /** Null: there is no file and never was. */
  readonly standing: () => {
    readonly file: string;
    readonly checks: number;
    readonly faults: readonly string[];
    /** When the file was last read, in milliseconds since the epoch: as often as it changes. */
    readonly readAt: number;
  } | null;
}

export interface OwnChecksOptions extends Omit<BuildOptions, 'connections'> {
  readonly path: string;
  /** Where the last file without a fault is kept, so that it stays in force over a restart. */
  readonly goodPath: string;
  readonly log: Log;
  readonly clock?: Pick<Clock, 'now'>;
}

/** What was made of the file when it last changed. */
interface Standing {
  /** Tells one state of the file from another; null: it is not there. */
  readonly mark: string | null;
  readonly checks: readonly Check[];
  readonly faults: readonly string[];
  /** There is a file, or was one that is still in force. */
  readonly exists: boolean;
}

/** Watches over the owner's file: nothing is read until it is first asked. */
export function createOwnChecks(options: OwnChecksOptions): OwnChecks {
  const connections = createConnections();
  const build = { ...options, connections };
  const { clock = systemClock } = options;
  let known: Standing | null = null;
  let readAt = 0;
  const latest = (): Standing => {
    const mark = markOf(options.path);
    if (known?.mark === mark) return known;
    readAt = clock.now();
    return (known = readAgain(mark, known ?? lastGood(build), build));
  };
  return {
    current: () => latest().checks,
    standing: () => {
      const { exists, checks, faults } = latest();
      return exists ? { file: options.path, checks: checks.length, faults, readAt } : null;
    },
    [Symbol.dispose]: () => connections[Symbol.dispose](),
  };
}

/** Omega's own checks and then the owner's, as one list that stays the same array as long as nothing changed. */
export function withOwnChecks(builtIn: readonly Check[], own: Pick<OwnChecks, 'current'>): () => readonly Check[] {
  let joined: { readonly mine: readonly Check[]; readonly all: readonly Check[] } | undefined;
  return () => {
    const mine = own.current();
    if (joined?.mine !== mine) joined = { mine, all: [...builtIn.filter(({ id }) => !taken(id, mine)), ...mine] };
    return joined.all;
  };
}

function taken(id: string, mine: readonly Check[]): boolean {
  return givenUp.includes(id) && mine.some((own) => own.id === id);
}

type Build = OwnChecksOptions & BuildOptions;
type InForce = Pick<Standing, 'checks' | 'exists'>;

function readAgain(mark: string | null, before: InForce, options: Build): Standing {
  const { path, log } = options;
  const kept = { mark, checks: before.checks, exists: true };
  if (mark === null) {
    const fault = 'The file is gone; write one with checks: [] to have no checks of your own';
    return before.exists ? { ...kept, faults: [fault] } : { ...before, mark, faults: [] };
  }
  const read = readChecks(path, options);
  if ('faults' in read) {
    const left = before.checks.length;
    log.warn(`${path} has faults; of the last one without any ${left} checks stay in force`, { faults: read.faults });
    return { ...kept, faults: read.faults };
  }
  log.info(`${path}: ${read.checks.length} checks`);
  keepGood(read.text, options);
  return { mark, checks: read.checks, faults: [], exists: true };
}

type ReadChecks = { readonly checks: readonly Check[]; readonly text: string } | { readonly faults: readonly string[] };

function readChecks(path: string, options: Build): ReadChecks {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return { faults: [`${basename(path)} is no file`] };
    if (stats.size > mostBytes) return { faults: [`The file has more than ${mostBytes / 1024} KB`] };
    const text = readFileSync(path, 'utf8');
    const parsed = parseChecks(text, options);
    return parsed.ok ? { checks: buildChecks(parsed.file, options), text } : { faults: parsed.faults };
  } catch (error) {
    return { faults: [`${basename(path)} cannot be read: ${messageOf(error)}`] };
  }
}

/** Of an earlier run; what it says may no longer do, for a variable of `.env` that is gone: then there are none. */
function lastGood(options: Build): InForce {
  if (markOf(options.goodPath) === null) return { checks: [], exists: false };
  const read = readChecks(options.goodPath, options);
  return { checks: 'faults' in read ? [] : read.checks, exists: true };
}

function keepGood(text: string, { goodPath, log }: Build): void {
  const temporary = `${goodPath}.${process.pid}.tmp`;
  try {
    if (markOf(goodPath) !== null && readFileSync(goodPath, 'utf8') === text) return;
    writeFileSync(temporary, text, { mode: 0o600, flush: true });
    renameSync(temporary, goodPath);
  } catch (error) {
    rmSync(temporary, { force: true });
    log.warn('The checks in force could not be kept for the next start', { error });
  }
}

/** A file that is saved differs in one of these; what cannot be looked at counts as another state, and is then read. */
function markOf(path: string): string | null {
  try {
    const { mtimeNs, size, ino } = statSync(path, { bigint: true });
    return `${mtimeNs}-${size}-${ino}`;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? null : `unreadable: ${codeOf(error)}`;
  }
}
