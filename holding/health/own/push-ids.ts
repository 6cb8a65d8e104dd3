import { z } from 'zod';
import { Id } from './parts.ts';
import { readYaml } from './read-yaml.ts';

const File = z.object({ checks: z.array(z.unknown()) }).catch({ checks: [] });
const Named = z.object({ id: Id, kind: z.literal('push') });

/** The ids of the push checks in a text of `checks.yaml`; whoever watches reads the rest of it, and tells its faults. */
export function pushIdsIn(text: string): readonly string[] {
  const read = readYaml(text);
  if ('faults' in read) return [];
  return File.parse(read.value).checks.flatMap((entry) => Named.safeParse(entry).data?.id ?? []);
}
