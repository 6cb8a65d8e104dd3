import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import type { StormChroma } from './memory-storm-chroma.ts';
import { repaired, type Said } from './memory-writer.ts';

/** What is known of the records, by what the writers said. */
export interface Ledger {
  /** Texts by their ids. */
  readonly kept: Map<string, string>;
  readonly forgotten: Map<string, string>;
  /** Of these a writer was killed before it could say whether they are. */
  readonly doubtful: Set<string>;
}

/** How a storm goes. */
export interface Course {
  readonly ledger: Ledger;
  readonly kills: { writer: number; chroma: number };
  /** What a writer was refused. */
  readonly refusals: Set<string>;
  readonly counts: { midWrite: number; operations: number; crashes: number; torn: number; spoilt: number };
}

/** A process that writes until it is killed. */
export interface Writer {
  /** False: it ended before. */
  readonly works: Promise<boolean>;
  /** Resolves in the midst of its next write, so many milliseconds after it began. */
  readonly aim: (ms: number) => Promise<void>;
  readonly kill: () => Promise<void>;
}

/** Starts one on the memory in this folder. */
export function hire(folder: string, { chroma, course }: { chroma: StormChroma; course: Course }): Writer {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'memory-writer.ts'), folder], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') }, // It is started hundreds of times.
  });
  const working = Promise.withResolvers<boolean>();
  let begun = Promise.withResolvers<void>();
  let open: readonly string[] | null = null;
  child.on('message', (message) => {
    const said = message as Said;
    if (said.says === 'working') working.resolve(true);
    if (said.says === 'begins') begun.resolve();
    if (said.says === 'begins') open = said.forgets;
    if (['kept', 'forgot', 'failed'].includes(said.says)) open = null;
    note(said, course);
    if (said.says === 'repair') void chroma.repair().then(() => answer(child));
  });
  child.once('exit', () => {
    working.resolve(false);
    begun.resolve();
  });
  return {
    works: working.promise,
    aim: async (ms) => {
      begun = Promise.withResolvers();
      if (!hasEnded(child)) await begun.promise;
      await systemClock.sleep(ms);
    },
    kill: async () => {
      course.counts.crashes += hasEnded(child) ? 1 : 0;
      course.kills.writer += hasEnded(child) ? 0 : 1;
      await end(child);
      course.counts.midWrite += open === null ? 0 : 1;
      for (const id of open ?? []) course.ledger.doubtful.add(id);
    },
  };
}

/** Notes what was said. */
export function note(said: Said, { ledger, counts, refusals }: Course): void {
  if (said.says === 'kept') for (const { id, text } of said.records) ledger.kept.set(id, text);
  if (said.says === 'forgot') for (const { id, text } of said.records) ledger.forgotten.set(id, text);
  if (said.says === 'failed') refusals.add(said.why);
  if (said.says === 'torn') counts.torn += 1;
  if (['kept', 'forgot', 'recalled'].includes(said.says)) counts.operations += 1;
}

function answer(child: ChildProcess): void {
  if (child.connected) child.send(repaired, () => {}); // Killed meanwhile: the next one asks again.
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const closed = once(child, 'close'); // After all that it said before.
  child.kill('SIGKILL');
  await closed;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
