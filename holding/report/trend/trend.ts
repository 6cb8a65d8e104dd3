import { setImmediate } from 'node:timers/promises';
import { barFor, changeOf, fewestSources, type Bar, type Change, type Tally } from './change.ts';
import { countNamed, type Counted, type CountOptions, type Named, type Source } from './count.ts';
import { voices, type Voice } from './coverage.ts';
import { paced } from './paced.ts';
import { strongestFirst, withoutParts } from './parts.ts';

/** A term with who names it now, and how that changed. */
export interface Trend {
  readonly term: string;
  /** Documents or domains: each kind is compared with itself. */
  readonly voice: Voice;
  readonly tally: Tally;
  /** So many weeks before were compared with. */
  readonly weeks: number;
  readonly change: Change;
  readonly sources: readonly Source[];
}

export interface Topic {
  readonly topic: string;
  readonly sources: number;
  /** In a week before, on average. */
  readonly earlier: number;
}

export interface Comparison {
  /** The strongest first. */
  readonly trends: readonly Trend[];
  /** Named by more sources than before, but by too few. */
  readonly belowLimit: readonly Trend[];
  /** What most sources name, risen or not. */
  readonly mostNamed: readonly { readonly term: string; readonly sources: number }[];
  /** The owner's. */
  readonly topics: readonly Topic[];
  /** One for each kind of voice that there is something to compare with. */
  readonly bars: readonly Bar[];
  readonly weeksCompared: number;
  /** Sources of this period, in all. */
  readonly documents: number;
  readonly domains: number;
  readonly termsCompared: number;
  /** What fewer sources named was not compared. */
  readonly fewest: number;
  /** Channels that have sources now but no whole week before: counted, not compared. */
  readonly newChannels: readonly string[];
}

/** Fewer sources are not worth a line below the limit. */
const fewestBelow = 3;
const mostBelow = 300;
const mostListed = 10;
/** So many trends a report may be expected to owe to chance alone. */
const mostByChance = 0.5;

/** What more sources name in this period than in the weeks before, and what does not come to a trend. */
export async function compare(options: CountOptions): Promise<Comparison> {
  const counted = await countNamed(options);
  const rooms = voices.map((voice) => roomOf(voice, counted)).filter(({ earlierOf }) => earlierOf > 0);
  const found: Found[] = [];
  for (const room of rooms)
    found.push(await compareIn(room, { counted, signal: options.signal, byChance: mostByChance / rooms.length }));
  const all = [...counted.all.now, ...counted.all.apart];
  const documents = new Set(all.filter((id) => counted.sources.voice(id) === 'document')).size;
  return {
    trends: found.flatMap(({ trends }) => trends).toSorted(strongestFirst),
    belowLimit: found
      .flatMap(({ belowLimit }) => belowLimit)
      .toSorted(strongestFirst)
      .slice(0, mostBelow),
    mostNamed: mostNamed(counted),
    topics: options.topics.map((topic) => topicOf(topic, counted, rooms)),
    bars: found.map(({ bar }) => bar),
    weeksCompared: Math.max(0, ...rooms.map(({ weeks }) => weeks)),
    documents,
    domains: new Set(all).size - documents,
    termsCompared: [...counted.terms.values()].filter(({ now, apart }) => now.length + apart.length > 0).length,
    fewest: counted.fewest,
    newChannels: counted.plan.newChannels,
  };
}

/** How many sources of one kind there are to compare. */
interface Room extends Pick<Tally, 'of' | 'earlierOf'> {
  readonly voice: Voice;
  readonly weeks: number;
}

function roomOf(voice: Voice, { all, sources, plan }: Counted): Room {
  const countOf = (ids: readonly number[]): number => ids.filter((id) => sources.voice(id) === voice).length;
  return { voice, of: countOf(all.now), earlierOf: countOf(all.before), weeks: plan.weeks[voice].size };
}

interface Found extends Pick<Comparison, 'trends' | 'belowLimit'> {
  readonly bar: Bar;
}

interface Risen extends Pick<Trend, 'term' | 'tally' | 'change'> {
  readonly ids: readonly number[];
}

async function compareIn(
  room: Room,
  { counted, signal, byChance }: { readonly counted: Counted; readonly signal: AbortSignal; readonly byChance: number },
): Promise<Found> {
  const { voice, of, earlierOf, weeks } = room;
  const { terms, sources } = counted;
  const isOfRoom = (id: number): boolean => sources.voice(id) === voice;
  const totals = new Map<number, number>();
  const risen: Risen[] = [];
  for await (const [term, { now, before }] of paced(terms, signal)) {
    const ids = now.filter(isOfRoom);
    const tally = { sources: ids.length, of, earlier: before.filter(isOfRoom).length, earlierOf };
    const total = tally.sources + tally.earlier;
    if (tally.sources > 0 && total >= fewestSources) totals.set(total, (totals.get(total) ?? 0) + 1);
    if (tally.sources < fewestBelow) continue;
    const change = changeOf(tally);
    if (change.logOdds > 0) risen.push({ term, tally, change, ids });
  }
  await setImmediate(); // What follows is as much again, in a few pieces.
  const bar = barFor(room, totals, byChance);
  const limit = bar.limit ?? Infinity;
  const asTrend = ({ ids, ...risenTerm }: Risen): Trend => {
    return { ...risenTerm, voice, weeks, sources: ids.map((id) => sources.source(id)) };
  };
  const enough = risen.filter(({ tally, change }) => tally.sources >= limit && change.strength >= bar.strength);
  const trends = withoutParts(enough).map(asTrend);
  await setImmediate();
  const few = withoutParts(risen.filter(({ tally }) => tally.sources < limit));
  await setImmediate();
  return { bar, trends, belowLimit: few.slice(0, mostBelow).map(asTrend) };
}

/** Words that everybody uses, such as a company's own name, are among them: it is a count, no claim. */
function mostNamed({ terms }: Counted): { term: string; sources: number }[] {
  const named = [...terms].map(([term, who]) => ({ term, sources: sourcesOf(who) }));
  const least = Uint32Array.from(named, ({ sources }) => sources)
    .toSorted()
    .at(-mostListed);
  return named
    .filter(({ sources }) => sources > 1 && sources >= (least ?? 0))
    .toSorted((one, other) => other.sources - one.sources || (one.term < other.term ? -1 : 1))
    .slice(0, mostListed);
}

function sourcesOf({ now, apart }: Named): number {
  return apart.length === 0 ? now.length : new Set([...now, ...apart]).size;
}

function topicOf(topic: string, { terms, sources }: Counted, rooms: readonly Room[]): Topic {
  const named = terms.get(topic) ?? { now: [], apart: [], before: [] };
  const earlier = rooms.reduce((sum, { voice, weeks }) => {
    return sum + named.before.filter((id) => sources.voice(id) === voice).length / Math.max(1, weeks);
  }, 0);
  return { topic, sources: sourcesOf(named), earlier: Math.round(earlier * 10) / 10 };
}
