import { basename } from 'node:path';
import { z } from 'zod';
import { parseRate, type Limit } from './rate.ts';

const names = z.array(z.string().trim().min(1));

/** What `omega` in an entry may say; every name that it does not know is a fault, for it is a typing error. */
export const Rules = z.strictObject({
  /** Tools that may be used at all; `*` is all of them. Nothing unless said. */
  allow: names.default([]),
  /** Business units that may use it; their mandates decide further. */
  units: names.default(['*']),
  /** Tools whose calls may be sent a second time where it is not known whether the first one arrived. */
  idempotent: names.default([]),
  maxInFlight: z.int().min(1).max(64).default(4),
  /** Calls that may wait for one of these places. */
  maxWaiting: z.int().min(0).max(10_000).default(100),
  rate: z.string().default('').transform(rateOf),
  startMs: z.int().min(100).max(300_000).default(15_000),
  /** All of a call: waiting, starting and trying again included. */
  callMs: z.int().min(100).max(3_600_000).default(30_000),
  maxResultBytes: z.int().min(1024).max(67_108_864).default(1_048_576),
  maxArgsBytes: z.int().min(64).max(16_777_216).default(262_144),
  idleMs: z.int().min(100).max(86_400_000).default(600_000),
  pin: z.enum(['enforce', 'note']).default('enforce'),
  /** Hosts that its requests may reach; unless said it is not sent through the egress proxy. */
  egress: names.optional(),
  /** Files and folders for `--permission`, for a server that node runs. */
  read: names.default([]),
  write: names.default([]),
  probe: z
    .strictObject({
      tool: z.string().min(1),
      args: z.record(z.string(), z.unknown()).default({}),
      everyMs: z.int().min(1000).default(21_600_000),
    })
    .optional(),
});
export type Rules = z.infer<typeof Rules>;

const strings = z.record(z.string(), z.string());

const entryKeys = {
  type: z.enum(['stdio', 'http', 'streamable-http', 'streamableHttp']).optional(),
  command: z.string().min(1).optional(),
  args: z.array(z.string()).default([]),
  env: strings.default({}),
  url: z.string().min(1).optional(),
  headers: strings.default({}),
  disabled: z.boolean().default(false),
  omega: z.prefault(Rules, {}),
};

const Fields = z.looseObject(entryKeys);
export type Entry = z.infer<typeof Fields>;

/** An entry in the form that editors use; what only they understand is left aside, and noted. */
export const Entry = Fields.superRefine(
  (entry, context) => {
    for (const [message, ...path] of faultsOf(entry)) context.addIssue({ code: 'custom', message, path });
  },
  // Where it has other faults as well, so that none hides another; but not where a value is of another type.
  { when: ({ issues }) => issues.every(({ code }) => code !== 'invalid_type') },
);

/** What does not go together: in words, and where in the entry. */
function* faultsOf({ type, command, url, args, omega }: Entry): Generator<[message: string, ...path: string[]]> {
  if ((command === undefined) === (url === undefined)) yield ['needs either a command or a url'];
  else if (type !== undefined && (type === 'stdio') !== (command !== undefined))
    yield [`says type ${type}, which does not go with ${command === undefined ? 'a url' : 'a command'}`];
  if (isNode(command) && args[0]?.startsWith('-') !== false)
    yield ['needs its script as the first one: flags of Node before it are not supported', 'args'];
  const probed = omega.probe?.tool;
  if (probed !== undefined && !isListed(omega.allow, probed)) yield [`probes ${probed}, which it does not allow`];
}

/** The whole file. */
export const ConfigFile = z.object({
  mcpServers: z.record(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'is no name for a server: letters, digits, - and _'),
    Entry,
  ),
});

/** Whether node itself is to run it, so that it can run under `--permission`. */
export function isNode(command: string | undefined): boolean {
  return command !== undefined && (basename(command) === 'node' || command === process.execPath);
}

/** The keys of an entry that mean something here. */
export const knownKeys: ReadonlySet<string> = new Set([
  ...Object.keys(entryKeys),
  'description', // For people.
]);

/** Whether a list names it, or names all. */
export function isListed(list: readonly string[], name: string): boolean {
  return list.includes('*') || list.includes(name);
}

function rateOf(text: string, context: z.RefinementCtx<string>): readonly Limit[] {
  const limits = parseRate(text);
  if (limits !== null) return limits;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is no rate; write it as 1/s;30/day;900/month` });
  return z.NEVER;
}
