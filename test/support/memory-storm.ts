import { mkdtemp, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { header } from '#holding/memory/write/export.ts';
import { recordId } from '#holding/memory/record.ts';
import { systemClock } from '#lib/clock.ts';
import { madeUpTexts } from './made-up.ts';
import { openStormChroma, type StormChroma } from './memory-storm-chroma.ts';
import { inspect, type Findings } from './memory-storm-findings.ts';
import { hire, note, type Course } from './memory-storm-writer.ts';
import { openStormMemory, placesIn, type StormPlace } from './memory-writer.ts';

/** What a storm did, and what it left behind. */
export interface MemoryAftermath extends Findings {
  readonly kills: Course['kills'];
  /** Kills of the writer between the beginning of a write and its acknowledgement. */
  readonly midWrite: number;
  /** Writes and recalls that were acknowledged. */
  readonly operations: number;
  readonly acknowledged: { readonly records: number; readonly forgotten: number };
  /** What the writer was refused, each once. */
  readonly refusals: readonly string[];
  /** Ends of the writer that nobody brought about. */
  readonly crashes: number;
  /** Of the kills of Chroma, those after which its files of vectors were filled with garbage. */
  readonly spoilt: number;
  /** How often the memory found its index broken and began it anew, and how often all of Chroma’s folder. */
  readonly torn: number;
  readonly setAside: number;
}

export interface StormOptions {
  /** It goes on until both are reached. */
  readonly seconds: number;
  readonly fewestKills?: number;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Short lives are more frequent than long ones. */
const longestLifeMs = 1000;
/** A kill follows so soon on the beginning of a write, every other time. */
const longestWriteMs = 12;
const longestPauseMs = 450;
const spoilEvery = 25;
/** What was spoilt is seen and mended within seconds: some of it is, and some is killed in the midst of that. */
const longestCalmMs = 5000;
const firstRecords = 1100;
const wordsEach = 10;
const tellEvery = 50;

/**
 * Kills a process that remembers, revises, forgets and recalls, and its Chroma, again and again; then looks at all that
 * is left.
 */
export async function stormMemory(options: StormOptions): Promise<MemoryAftermath> {
  const folder = await mkdtemp(join(tmpdir(), 'omega-storm-'));
  const place = placesIn(folder);
  const course: Course = {
    ledger: { kept: new Map(), forgotten: new Map(), doubtful: new Set() },
    kills: { writer: 0, chroma: 0 },
    refusals: new Set(),
    counts: { midWrite: 0, operations: 0, crashes: 0, torn: 0, spoilt: 0 },
  };
  try {
    await using chroma = await openStormChroma(place);
    await fillFirst(place, course, options.signal);
    await killBoth({ ...options, place, chroma, course, folder, calmUntil: 0 });
    options.tell(`${progress(course)}; now all of it is looked at`);
    const onAnew = (says: 'torn' | 'anew'): void => note({ says }, course);
    const findings = await inspect({ place, chroma, ledger: course.ledger, onAnew }, options.signal);
    const { ledger, kills, refusals, counts } = course;
    const acknowledged = { records: ledger.kept.size, forgotten: ledger.forgotten.size };
    return { kills, ...counts, acknowledged, refusals: [...refusals], setAside: chroma.setAside(), ...findings };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Chroma writes the files of its vectors from the thousandth on: only then can they be torn. */
async function fillFirst(place: StormPlace, { ledger }: Course, signal: AbortSignal): Promise<void> {
  await using memory = await openStormMemory(place, {});
  const makeUp = madeUpTexts();
  const texts = Array.from({ length: firstRecords }, () => makeUp(wordsEach).text);
  await memory.import(exportOf(texts), { signal });
  await memory.catchUp({ signal });
  for (const text of texts) ledger.kept.set(recordId({ kind: 'fact', unit: 'marketing', text }), text);
}

function exportOf(texts: readonly string[]): string[] {
  const source = { type: 'test', ref: null, runId: null, model: null, sha256: null };
  const times = { createdAt: 1, validFrom: 1, validTo: null, supersedes: [], supersededBy: null };
  const standing = { importance: 5, trust: 'agent', status: 'active', suspicion: null, told: 1, origins: ['test'] };
  const usual = { lang: 'und', keywords: { nl: [], en: [] }, source, ...times, ...standing };
  const records = texts.map((text) => {
    const record = { kind: 'fact', unit: 'marketing', text } as const;
    return { id: recordId(record), ...record, ...usual };
  });
  return [header, ...records].map((line) => JSON.stringify(line));
}

interface Storm extends StormOptions {
  readonly folder: string;
  readonly place: StormPlace;
  readonly chroma: StormChroma;
  readonly course: Course;
  /** Nothing is killed before; on the clock of `performance`. */
  calmUntil: number;
}

async function killBoth(storm: Storm): Promise<void> {
  const { course, seconds, fewestKills = 0 } = storm;
  const end = performance.now() + seconds * 1000;
  const failed = new AbortController();
  const isOver = (): boolean =>
    failed.signal.aborted || (performance.now() > end && course.kills.writer + course.kills.chroma >= fewestKills);
  const either = [killWriters(storm, isOver), killChroma(storm, isOver)];
  await Promise.all(either.map((one) => one.finally(() => failed.abort()))); // Where one fails the other need not go on.
}

async function killWriters(storm: Storm, isOver: () => boolean): Promise<void> {
  const { folder, chroma, course, tell, signal } = storm;
  while (!isOver()) {
    const writer = hire(folder, { chroma, course });
    try {
      if (await writer.works) await systemClock.sleep(Math.random() ** 2 * longestLifeMs, signal);
      await untilCalmIsOver(storm);
      if (Math.random() < 0.5) await writer.aim(Math.random() * longestWriteMs);
    } finally {
      await writer.kill();
    }
    if (course.kills.writer % tellEvery === 0) tell(progress(course));
  }
}

async function killChroma(storm: Storm, isOver: () => boolean): Promise<void> {
  const { chroma, course, place, signal } = storm;
  while (!isOver()) {
    await untilCalmIsOver(storm);
    await untilVectorsAreWritten(place.chroma, signal);
    const isSpoilt = (course.kills.chroma + 1) % spoilEvery === 0;
    await chroma.kill({ isSpoilt });
    course.kills.chroma += 1;
    if (!isSpoilt) continue;
    course.counts.spoilt += 1;
    storm.calmUntil = performance.now() + Math.random() * longestCalmMs;
  }
}

async function untilCalmIsOver({ calmUntil, signal }: Storm): Promise<void> {
  await systemClock.sleep(Math.max(0, calmUntil - performance.now()), signal);
}

/** The first file of them, and a moment more: then they are torn if they are killed. It does not wait for long. */
async function untilVectorsAreWritten(folder: string, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(Math.floor(Math.random() * longestPauseMs))]);
  try {
    for await (const { filename } of watch(folder, { recursive: true, signal: patience }))
      if (filename?.endsWith('.bin') === true) break;
  } catch {
    signal.throwIfAborted(); // It was not written meanwhile, or the folder was set aside just now.
  }
  await systemClock.sleep(Math.random() * longestWriteMs, signal);
}

function progress({ kills, counts }: Course): string {
  return `${kills.writer + kills.chroma} kills, ${counts.operations} operations`;
}
