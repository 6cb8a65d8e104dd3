import { z } from 'zod';
import { messageOf } from '#lib/errors.ts';
import { expand } from '#mcp/variables.ts';
import { faultAt, type Fault, type Source, type Wrong } from './faults.ts';

/** Names of built-in checks that the owner may take for one of their own, which then stands in its place. */
export const givenUp: readonly string[] = ['zwartehand'];

/** What entries are held against. */
export interface Known {
  /** Ids of Omega's own checks. */
  readonly builtIn: readonly string[];
  /** A variable of the shell or of `.env`. */
  readonly variable: (name: string) => string | undefined;
  /**
   * When a schedule of five fields comes next after a time, in milliseconds since the epoch; never: Infinity.
   * @throws where there is no such schedule.
   */
  readonly nextOf: (pattern: string, timezone: string, after: number) => number;
  /** The owner's, where an entry names none. */
  readonly timezone: string;
}

/** An entry as far as it can be read, so that one fault hides no other. */
const Text = z.string().optional().catch(undefined);
const Loose = z.object({
  id: Text,
  kind: Text,
  dependsOn: z.array(z.string().catch('')).catch([]),
  headers: z.record(z.string(), z.string().catch('')).catch({}),
  process: z.unknown().optional(),
  commandLine: z.unknown().optional(),
  pidfile: z.unknown().optional(),
  every: z.unknown().optional(),
  method: Text,
  contains: Text,
  notContains: Text,
  schedule: Text,
  timezone: Text,
});
type Loose = z.infer<typeof Loose>;
const LooseFile = z.object({ checks: z.array(z.unknown()).catch([]) }).catch({ checks: [] });
const nothing: Loose = Loose.parse({});

type Told = readonly [path: readonly PropertyKey[], wrong: Wrong];

/** Everything that has an id, and what of it leads where. */
interface Graph {
  readonly entries: readonly Loose[];
  readonly builtIn: readonly string[];
  readonly ids: ReadonlySet<string>;
  /** All that a check waits for, at any remove. */
  readonly reach: (id: string) => ReadonlySet<string>;
}

/** What the shape of each entry alone does not say: what they have to do with each other and with the rest. */
export function faultsBetween(source: Source, known: Known): Fault[] {
  const entries = LooseFile.parse(source.value).checks.map((one) => Loose.catch(nothing).parse(one));
  const graph = graphOf(entries, known);
  return entries.flatMap((entry, index) =>
    [...faultsOfId(graph, index), ...faultsOfNeeds(entry, graph), ...faultsOfOne(entry, known)].map(([path, wrong]) =>
      faultAt(source, ['checks', index, ...path], wrong),
    ),
  );
}

function graphOf(entries: readonly Loose[], { builtIn }: Known): Graph {
  const needs = new Map(entries.map((entry) => [entry.id, entry.dependsOn]));
  const reached = new Map<string, ReadonlySet<string>>();
  const reach = (from: string): ReadonlySet<string> => {
    const known = reached.get(from);
    if (known !== undefined) return known;
    const seen = new Set([from]);
    // A set that grows while it is gone through is gone through to its new end.
    for (const id of seen) for (const next of needs.get(id) ?? []) seen.add(next);
    reached.set(from, seen);
    return seen;
  };
  return { entries, builtIn, ids: new Set([...builtIn, ...entries.flatMap(({ id }) => id ?? [])]), reach };
}

function* faultsOfId({ entries, builtIn }: Graph, index: number): Generator<Told> {
  const id = entries[index]?.id;
  if (id === undefined) return;
  if (builtIn.includes(id) && !givenUp.includes(id)) yield [['id'], 'is the name of one of Omega’s own checks'];
  if (entries.findIndex((other) => other.id === id) < index) yield [['id'], 'is there twice'];
}

function* faultsOfNeeds({ id, dependsOn }: Loose, { ids, reach }: Graph): Generator<Told> {
  const known = [...ids];
  for (const [place, need] of dependsOn.entries()) {
    const path = ['dependsOn', place];
    if (need === id) yield [path, 'is the check itself'];
    else if (!ids.has(need)) yield [path, { message: 'names no check', meant: { written: need, known } }];
    else if (id !== undefined && reach(need).has(id)) yield [path, `needs ${id} as well: they wait in a circle`];
  }
}

function* faultsOfOne(entry: Loose, known: Known): Generator<Told> {
  if (entry.kind === 'process') {
    const given = [entry.process, entry.commandLine, entry.pidfile].filter((one) => one !== undefined);
    if (given.length !== 1) yield [[], 'needs one of process, commandLine and pidfile'];
  }
  const isSearched = (entry.contains ?? entry.notContains) !== undefined;
  if (entry.method === 'HEAD' && isSearched) yield [['method'], 'sends no text that could be searched; write GET'];
  if (entry.kind === 'push') yield* faultsOfPush(entry, known);
  for (const [name, text] of Object.entries(entry.headers)) {
    const { missing, faults } = expand(text, known.variable);
    for (const variable of missing) yield [['headers', name], `needs ${variable}, which is not set; set it in .env`];
    for (const fault of faults) yield [['headers', name], fault];
  }
}

function* faultsOfPush({ every, schedule, timezone }: Loose, known: Known): Generator<Told> {
  if ((every === undefined) === (schedule === undefined)) yield [[], 'needs either every or schedule'];
  if (timezone !== undefined && schedule === undefined) yield [['timezone'], 'goes only with schedule'];
  if (schedule === undefined) return;
  try {
    if (known.nextOf(schedule, timezone ?? known.timezone, Date.now()) === Infinity)
      yield [['schedule'], 'does not come within a year'];
  } catch (error) {
    yield [
      ['schedule'],
      `cannot be: ${messageOf(error)
        .replace(/^.*?”: /, '')
        .slice(0, 160)}`,
    ];
  }
}
