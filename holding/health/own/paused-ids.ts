import { z } from 'zod';
import { Id } from './parts.ts';
import { readYaml } from './read-yaml.ts';

const File = z.object({ checks: z.array(z.unknown()) }).catch({ checks: [] });
const Paused = z.object({ id: Id, paused: z.literal(true) });

/** The ids of the checks that a text of `checks.yaml` pauses by itself, which no hold that ends changes. */
export function pausedIdsIn(text: string): readonly string[] {
  const read = readYaml(text);
  if ('faults' in read) return [];
  return File.parse(read.value).checks.flatMap((entry) => Paused.safeParse(entry).data?.id ?? []);
}
