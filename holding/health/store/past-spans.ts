import type { DatabaseSync } from 'node:sqlite';
import { bucketTableIn, spanMs, type BucketTable, type SpanName } from './bucket-table.ts';
import { heldUntil } from './buckets.ts';
import { cutSpan, flipTimesIn, type FlipTimes } from './flip-times.ts';
import type { Latency, Span, SpanLatency, SpanTimes } from './history.ts';
import { addBytes, latencyOf, merge, type Latencies } from './latency-classes.ts';
import { looksIn, type Looks } from './looks.ts';

/** Spans of the past, from buckets as far as these hold and from what they are made of beyond. */
export interface PastSpans {
  readonly times: (watched: number, window: Span, by: SpanName) => readonly SpanTimes[];
  readonly latencies: (watched: number, window: Span, by: SpanName) => readonly SpanLatency[];
  readonly latency: (watched: number, window: Span) => Latency | null;
}

interface Sources {
  readonly table: BucketTable;
  readonly flips: FlipTimes;
  readonly looks: Looks;
}

/** Prepares the statements. */
export function pastSpansIn(db: DatabaseSync): PastSpans {
  const sources = { table: bucketTableIn(db), flips: flipTimesIn(db), looks: looksIn(db) };
  return {
    times: (watched, window, by) => timesOf(sources, watched, { window, by }),
    latencies(watched, window, by) {
      const counted = counterOf(sources, watched, window);
      return cutSpan(window, spanMs[by]).map((span) => Object.assign(span, { latency: latencyOf(counted(span)) }));
    },
    latency: (watched, window) => latencyOf(counterOf(sources, watched, window)(window)),
  };
}

/** Neighbours that no bucket tells of are asked of the flips together. */
function timesOf(
  { table, flips }: Sources,
  watched: number,
  { window, by }: { window: Span; by: SpanName },
): SpanTimes[] {
  const until = heldUntil({ table, flips }, watched);
  const stored = new Map(table.times(watched, window, by).map((bucket) => [bucket.from, bucket]));
  const found: SpanTimes[] = [];
  let missing: Span[] = [];
  const flush = (): void => {
    found.push(...flips.times(watched, missing));
    missing = [];
  };
  for (const span of cutSpan(window, spanMs[by])) {
    const bucket = stored.get(span.from);
    if (bucket === undefined || bucket.to > until || bucket.to !== span.to) {
      missing.push(span);
      continue;
    }
    flush();
    found.push(bucket);
  }
  flush();
  return found;
}

/** Counts the latencies of spans within a window: by whole days, else by whole hours, and at its edges look by look. */
function counterOf({ table, looks }: Sources, watched: number, window: Span): (span: Span) => Latencies {
  const until = table.mark(watched)?.until ?? Number.NEGATIVE_INFINITY;
  const days = table.latencies(watched, window, 'day');

  /** Adds what is stored of whole hours or days of a span. Returns the rest of it. */
  function addStored(into: Latencies, span: Span, of: SpanName): Span[] {
    const stored = of === 'day' ? days : table.latencies(watched, span, of);
    const rest = cutSpan(span, spanMs[of]).filter(({ from, to }) => {
      const isClosed = to - from === spanMs[of] && to <= until;
      const bytes = isClosed ? stored.get(from) : undefined;
      if (bytes !== undefined) addBytes(into, bytes);
      // A closed hour of which nothing is stored had no look; a closed day may have been watched from its middle on.
      return bytes === undefined && !(isClosed && of === 'hour');
    });
    return joined(rest);
  }

  return (span) => {
    const counts: Latencies = new Map();
    for (const part of addStored(counts, span, 'day')) {
      for (const rest of addStored(counts, part, 'hour')) merge(counts, looks.latencies(watched, rest));
    }
    return counts;
  };
}

/** Neighbours as one. */
function joined(spans: readonly Span[]): Span[] {
  const found: { from: number; to: number }[] = [];
  for (const { from, to } of spans) {
    const last = found.at(-1);
    if (last?.to === from) last.to = to;
    else found.push({ from, to });
  }
  return found;
}
