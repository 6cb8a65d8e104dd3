import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import { alone } from './alone.ts';
import type { Pin, Pins } from './pins.ts';

const Pinned = z.object({
  sha256: z.string(),
  parts: z.record(z.string(), z.string()),
  firstSeen: z.string().optional(),
});

const Lock = z.object({
  version: z.literal(1),
  servers: z.record(z.string(), z.record(z.string(), Pinned)),
});
type Lock = z.infer<typeof Lock>;

/** The tools as they were approved: those that Omega ships, and over them those that its owner approved. */
export interface LockFiles {
  /** Undefined: never seen. @throws OmegaError where a file cannot be read: what was approved is then not known. */
  readonly pinsOf: (server: string) => Promise<Pins | undefined>;
  /** Adds pins to the owner's file, over those of the same tools. */
  readonly keep: (server: string, pins: Pins) => Promise<void>;
}

export function openLockFiles({ shipped, own }: { readonly shipped: string; readonly own: string }): LockFiles {
  const keep = async (server: string, pins: Pins): Promise<void> => {
    const lock = await readLock(own);
    const merged: Record<string, Pin> = { ...lock.servers[server], ...pins };
    const servers = { ...lock.servers, [server]: sorted(merged) };
    await writeFileAtomic(own, `${JSON.stringify({ version: 1, servers: sorted(servers) }, null, 2)}\n`);
  };
  return {
    pinsOf: async (server) => {
      const locks = [await readLock(shipped), await readLock(own)];
      const known = locks.map(({ servers }) => (Object.hasOwn(servers, server) ? servers[server] : undefined));
      return known.every((pins) => pins === undefined) ? undefined : Object.assign({}, ...known);
    },
    keep: (server, pins) => alone(own, () => keep(server, pins)),
  };
}

async function readLock(path: string): Promise<Lock> {
  try {
    return Lock.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { version: 1, servers: {} };
    const why = error instanceof z.ZodError ? 'it has another form' : messageOf(error);
    throw new OmegaError(`${path} cannot be read, so what was approved is not known: ${why}`, {
      code: 'E_MCP_LOCK',
      hint: 'Mend it, or remove it and approve the servers again: npm run mcp -- approve NAME.',
    });
  }
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
