import type { Latency } from './history.ts';

/** How many answers took how long: counts by class. Two of them are merged by adding. */
export type Latencies = Map<number, number>;

/** Each class is a tenth wider than the one before, so that its middle is at most 4.9 % off. */
const growth = 1.1;
/** What is measured at all: class 0 is anything less. */
const leastMs = 0.1;

/** Counts answers that took so long. */
export function count(into: Latencies, ms: number, times = 1): void {
  const kind = ms < leastMs ? 0 : 1 + Math.floor(Math.log(ms / leastMs) / Math.log(growth));
  into.set(kind, (into.get(kind) ?? 0) + times);
}

/** Adds the counts of one to another. */
export function merge(into: Latencies, other: Latencies): void {
  for (const [kind, times] of other) into.set(kind, (into.get(kind) ?? 0) + times);
}

/** Null where nothing was measured. */
export function latencyOf(counts: Latencies): Latency | null {
  const sorted = [...counts].toSorted(([a], [b]) => a - b);
  const looks = sorted.reduce((sum, [, times]) => sum + times, 0);
  const slowest = sorted.at(-1);
  if (slowest === undefined) return null;
  const at = (share: number): number => {
    let left = Math.ceil(share * looks);
    const found = sorted.find(([, times]) => (left -= times) <= 0);
    return middleOf((found ?? slowest)[0]);
  };
  return { looks, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: middleOf(slowest[0]) };
}

/** As bytes: for each class the distance from the one before and its count, seven bits a byte. Null: none. */
export function toBytes(counts: Latencies): Uint8Array | null {
  if (counts.size === 0) return null;
  const bytes: number[] = [];
  let before = 0;
  for (const [kind, times] of [...counts].toSorted(([a], [b]) => a - b)) {
    pushNumber(bytes, kind - before);
    pushNumber(bytes, times);
    before = kind;
  }
  return Uint8Array.from(bytes);
}

/** Adds what {@link toBytes} wrote to what was counted. */
export function addBytes(into: Latencies, bytes: Uint8Array): void {
  let [kind, isTimes, number, place] = [0, false, 0, 1];
  for (const byte of bytes) {
    number += (byte & 127) * place;
    place *= 128;
    if (byte > 127) continue;
    if (isTimes) into.set(kind, (into.get(kind) ?? 0) + number);
    else kind += number;
    [isTimes, number, place] = [!isTimes, 0, 1];
  }
}

/** The value that is off by the same share from both ends of a class; to four digits, for more would be made up. */
function middleOf(kind: number): number {
  if (kind === 0) return 0;
  const from = leastMs * growth ** (kind - 1);
  return Number(((2 * from * growth) / (1 + growth)).toPrecision(4));
}

function pushNumber(bytes: number[], number: number): void {
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}
