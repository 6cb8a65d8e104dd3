import { OmegaError } from '#lib/errors.ts';
import type { Check } from '../check.ts';

/**
 * Puts ancestors before their descendants.
 * @throws OmegaError on an id used twice, an unknown ancestor and a circle.
 */
export function inOrder(checks: readonly Check[]): readonly Check[] {
  const byId = new Map(checks.map((check) => [check.id, check]));
  if (byId.size < checks.length) throw wrong('Two checks have the same id', checks);
  const ordered = new Set<Check>();

  function visit(check: Check, path: readonly Check[]): void {
    if (ordered.has(check)) return;
    if (path.includes(check)) throw wrong('Checks depend on each other in a circle', path);
    for (const id of check.dependsOn ?? []) {
      const parent = byId.get(id);
      if (parent === undefined) throw wrong(`The check ${check.id} depends on ${id}, which does not exist`, checks);
      visit(parent, [...path, check]);
    }
    ordered.add(check);
  }

  for (const check of checks) visit(check, []);
  return [...ordered];
}

/** Those that can be put in order, in their order: each id once, without circles and without what hangs on nothing. */
export function soundAmong(checks: readonly Check[]): readonly Check[] {
  const sound = new Map<string, Check>();
  let before = -1;
  while (sound.size > before) {
    before = sound.size;
    for (const check of checks) {
      const stands = (check.dependsOn ?? []).every((id) => sound.has(id));
      if (stands && !sound.has(check.id)) sound.set(check.id, check);
    }
  }
  return checks.filter((check) => sound.get(check.id) === check);
}

/** The ids of all that a check needs, directly or through others. */
export function ancestorsOf(
  { dependsOn = [] }: Pick<Check, 'dependsOn'>,
  checks: ReadonlyMap<string, Check>,
): ReadonlySet<string> {
  const found = new Set<string>(dependsOn);
  for (const id of found) for (const parent of checks.get(id)?.dependsOn ?? []) found.add(parent);
  return found;
}

function wrong(message: string, checks: readonly Check[]): OmegaError {
  return new OmegaError(`${message}: ${checks.map(({ id }) => id).join(', ')}`, {
    code: 'E_CHECKS',
    hint: 'Mend id or dependsOn in holding/health/checks/.',
    permanent: true,
    exitCode: 2,
  });
}
