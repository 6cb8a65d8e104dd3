import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openKeptVectors } from '#holding/memory/vectors/kept-vectors.ts';
import type { Memory } from '#holding/memory/memory.ts';
import type { StormChroma } from './memory-storm-chroma.ts';
import type { Ledger } from './memory-storm-writer.ts';
import { openStormMemory, stormIndex, stormModel, type StormPlace } from './memory-writer.ts';

/** What was found once the storm was over. */
export interface Findings {
  /** Records there are. */
  readonly records: number;
  /** Acknowledged, and not there with their text. */
  readonly lost: readonly string[];
  /** Acknowledged as forgotten, and found: where, and which. */
  readonly undead: readonly string[];
  /** What the memory finds amiss with itself: journal, shelf, and each vector of the index. */
  readonly faults: readonly string[];
  /** Of a sample, those that a whole recall does not find among five, and those that their own vector does not. */
  readonly unrecalled: readonly string[];
  /** Until the index had everything. */
  readonly settledMs: number;
}

export interface Inspected {
  readonly place: StormPlace;
  readonly chroma: Pick<StormChroma, 'repair'>;
  readonly ledger: Ledger;
  readonly onAnew: (says: 'torn' | 'anew') => void;
}

const sampleSize = 50;
/** What was broken is mended at the first or second; a third has no excuse. */
const mostCatchUps = 3;

/** Opens the memory once more, lets it catch up, and looks for everything. */
export async function inspect(inspected: Inspected, signal: AbortSignal): Promise<Findings> {
  const { exported, ...findings } = await inspectOpen(inspected, signal);
  return { ...findings, undead: undeadOf(inspected, exported) }; // In files that nobody holds open.
}

async function inspectOpen(
  inspected: Inspected,
  signal: AbortSignal,
): Promise<Omit<Findings, 'undead'> & { readonly exported: string }> {
  const { place, chroma, ledger, onAnew } = inspected;
  await using memory = await openStormMemory(place, { onAnew, askForRepair: () => chroma.repair() });
  const begunAt = performance.now();
  const unsettled = await settle(memory, signal);
  const settledMs = Math.round(performance.now() - begunAt);
  const { faults, records, indexAsked } = await memory.verify({ signal });
  const unasked = indexAsked ? [] : ['the index could not be asked'];
  const back = [...ledger.forgotten.keys()].filter((id) => memory.find(id) !== null).map((id) => `${id} is back`);
  return {
    records,
    settledMs,
    faults: [...unsettled, ...faults, ...unasked, ...back],
    lost: lostOf(memory, ledger),
    unrecalled: await unrecalledOf(memory, inspected, signal),
    exported: [...memory.export()].join('\n'),
  };
}

async function settle(memory: Memory, signal: AbortSignal): Promise<string[]> {
  for (let attempts = 1; ; attempts += 1) {
    const { pending, fault } = await memory.catchUp({ signal });
    if (pending === 0 && fault === null) return [];
    if (attempts === mostCatchUps) return [`${pending} records never came into the index: ${fault ?? 'no fault told'}`];
  }
}

function lostOf(memory: Memory, { kept, forgotten, doubtful }: Ledger): string[] {
  const due = [...kept].filter(([id]) => !forgotten.has(id) && !doubtful.has(id));
  return due.filter(([id, text]) => memory.find(id)?.text !== text).map(([id]) => id);
}

async function unrecalledOf(memory: Memory, { place, ledger }: Inspected, signal: AbortSignal): Promise<string[]> {
  const current = [...ledger.kept].filter(([id]) => memory.find(id)?.status === 'active');
  const every = Math.max(1, Math.floor(current.length / sampleSize));
  const sample = current.filter((_, at) => at % every === 0);
  await using index = stormIndex(place);
  const dimensions = await stormModel.dimensions(signal);
  const space = await index.open({ name: stormModel.space, dimensions }, signal);
  const missed: string[] = [];
  for (const [id, text] of sample) {
    const { hits, degraded } = await memory.recall({ text }, signal);
    if (degraded !== null) missed.push(`${id}: ${degraded}`);
    if (!hits.some(({ record }) => record.id === id)) missed.push(`recall: ${id}`);
    const [vector = new Float32Array()] = await stormModel.embed([text], 'document', signal);
    const neighbours = await space.nearest(vector, { limit: 5 }, signal);
    if (!neighbours.some((neighbour) => neighbour.id === id)) missed.push(`vector: ${id}`);
  }
  return missed;
}

/** In the bytes of every file, whatever it is, in an export, and as a vector that was kept. */
function undeadOf({ place, ledger }: Inspected, exported: string): string[] {
  const folder = dirname(place.ledgerDb);
  using vectors = openKeptVectors(place.vectorsDb);
  const gone = Array.from(ledger.forgotten, ([id, text]) => ({ id, text }));
  const undead = gone.filter(({ text }) => exported.includes(text)).map(({ id }) => `export: ${id}`);
  for (const { id, text } of gone)
    if (vectors.vectorOf(stormModel.space, text) !== null) undead.push(`kept vector: ${id}`);
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const bytes = readFileSync(join(file.parentPath, file.name));
    for (const { id, text } of gone) if (bytes.includes(text)) undead.push(`${file.name}: ${id}`);
  }
  return undead;
}
