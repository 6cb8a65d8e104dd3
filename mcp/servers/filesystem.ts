import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import type { Reach } from '../authorize.ts';
import { defineServer } from '../server.ts';

/** Which arguments of a tool are paths that it reads, and which it writes. */
interface Touch {
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
}

const readsPath: Touch = { reads: ['path'] };
const touches: ReadonlyMap<string, Touch> = new Map([
  ['read_text_file', readsPath],
  ['read_file', readsPath],
  ['read_media_file', readsPath],
  ['read_multiple_files', { reads: ['paths'] }],
  ['list_directory', readsPath],
  ['list_directory_with_sizes', readsPath],
  ['directory_tree', readsPath],
  ['search_files', readsPath],
  ['get_file_info', readsPath],
  ['list_allowed_directories', {}],
  ['write_file', { writes: ['path'] }],
  ['create_directory', { writes: ['path'] }],
  ['edit_file', { reads: ['path'], writes: ['path'] }],
  ['move_file', { writes: ['source', 'destination'] }],
]);

const Paths = z.union([z.string().transform((path) => [path]), z.array(z.string()).min(1)]);

/** Files of the units, for who may read and write which. Works with no key. */
export default defineServer({
  name: 'filesystem',
  summary: {
    en: 'reads the documents of the units and writes their reports',
    nl: 'leest de documenten van de onderdelen en schrijft hun rapporten',
  },
  reach,
});

/** Null where a path is missing, or is one that the server would complete by itself: `~` and relative ones. */
function reach(tool: string, args: Readonly<Record<string, unknown>>): Reach | null {
  const touch = touches.get(tool);
  if (touch === undefined) return null;
  const reads = pathsOf(touch.reads, args);
  const writes = pathsOf(touch.writes, args);
  return reads === null || writes === null ? null : { reads, writes };
}

function pathsOf(names: readonly string[] = [], args: Readonly<Record<string, unknown>>): string[] | null {
  const given = names.map((name) => Paths.safeParse(args[name]).data ?? null);
  if (given.includes(null)) return null;
  const paths = given.flatMap((some) => some ?? []);
  return paths.every((path) => isAbsolute(path)) ? paths.map((path) => resolve(path)) : null;
}
