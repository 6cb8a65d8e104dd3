import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '#lib/errors.ts';
import { paint, plain } from './command.ts';

/** A line of a log as `lib/log.ts` writes it; everything else in it is shown as facts. */
const Line = z.looseObject({ level: z.string(), time: z.string(), name: z.string(), msg: z.string() });

const LoggedError = z.object({ message: z.string() });

const tailBytes = 256 * 1024;

/** How Omega's own lines begin: a log can have a million of them, and parsing each whole takes ten times as long. */
const ownBeginning = /^\{"level":"\w+","time":"([^"]+)"/;

/** When a line was written, in milliseconds since the epoch; null: it does not say. */
export function lineTime(raw: string): number | null {
  const time = ownBeginning.exec(raw)?.[1] ?? parse(raw)?.time;
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? null : at;
}

/** `2026-03-01 14:05:09` in the machine's zone; made once, for making one takes a hundred times as long as using it. */
const moments = new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'medium' });

/** A line for a person: time, service, what happened, and the facts that go with it. */
export function renderLine(raw: string): string {
  const line = parse(raw);
  if (line === null) return plain(raw);
  const { level, time, name, msg, ...facts } = line;
  const shownFacts = Object.entries(facts).map(([key, value]) => `${key}=${showFact(value)}`);
  return [
    paint('dim', momentOf(time)),
    name.padEnd(10),
    mark(level, plain(msg)),
    paint('dim', plain(shownFacts.join(' '))),
  ]
    .join(' ')
    .trimEnd();
}

/** A time that is none is shown as it is. */
function momentOf(time: string): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? time : moments.format(at);
}

function parse(raw: string): z.infer<typeof Line> | null {
  try {
    return Line.parse(JSON.parse(raw));
  } catch {
    return null; // A line of another kind is shown as it is.
  }
}

function mark(level: string, message: string): string {
  if (level === 'error' || level === 'fatal') return paint('red', `✗ ${message}`);
  return level === 'warn' ? paint('yellow', `! ${message}`) : message;
}

/** An error is shown by its message: its stack is for `--json`. */
function showFact(value: unknown): string {
  const error = LoggedError.safeParse(value);
  return error.success ? error.data.message : JSON.stringify(value);
}

/** The last lines of a service's log, for a person; none where it has not said anything yet. */
export async function tailOfLog(folder: string, service: string, count: number): Promise<string[]> {
  try {
    await using file = await open(join(folder, `${service}.log`), 'r');
    const { size } = await file.stat();
    const start = Math.max(0, size - tailBytes);
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(size - start), position: start });
    const lines = buffer.subarray(0, bytesRead).toString().split('\n');
    return lines
      .filter((line) => line !== '')
      .slice(-count)
      .map(renderLine);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
