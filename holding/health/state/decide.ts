import { OmegaError } from '#lib/errors.ts';
import type { Check } from '../check.ts';
import type { Look } from './evidence.ts';
import type { Flip } from '../health.ts';
import { newMemory, type Memory } from './memory.ts';
import { block, inDoubt, monitorWasOff, observe, type Cause, type Step } from './state.ts';

/** What is decided over: the checks in the order of {@link inOrder}, and what is known of them. */
export interface Question {
  readonly checks: readonly Check[];
  readonly memories: ReadonlyMap<string, Memory>;
  readonly looks: ReadonlyMap<string, Look>;
  readonly now: number;
  /** The last sign of life before the monitor was off; null: it was on. */
  readonly offSince: number | null;
}

/** Every check's new memory, and what changed. */
export interface Decision {
  readonly memories: ReadonlyMap<string, Memory>;
  readonly flips: readonly Flip[];
}

const releaseMs = 1000;

/** Decides the state of each check, ancestors first, so that one cause is told once. */
export function decide(question: Question): Decision {
  const memories = new Map<string, Memory>();
  const flips: Flip[] = [];
  for (const check of question.checks) {
    const before = question.memories.get(check.id) ?? newMemory(question.now);
    const woken = wake(before, check, question);
    const decided = decideOne(woken.memory, check, { ...question, memories });
    memories.set(check.id, decided.memory);
    flips.push(...woken.flips, ...decided.flips);
  }
  return { memories, flips };
}

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

function wrong(message: string, checks: readonly Check[]): OmegaError {
  return new OmegaError(`${message}: ${checks.map(({ id }) => id).join(', ')}`, {
    code: 'E_CHECKS',
    hint: 'Mend id or dependsOn in holding/health/checks/.',
    permanent: true,
    exitCode: 2,
  });
}

function wake(memory: Memory, rule: Check, { offSince, now }: Question): Step {
  return offSince === null ? { memory, flips: [] } : monitorWasOff(memory, offSince, { rule, now });
}

function decideOne(memory: Memory, rule: Check, { checks, memories, looks, now }: Question): Step {
  const look = looks.get(rule.id);
  const parents = (rule.dependsOn ?? []).flatMap((id) => {
    const parent = memories.get(id);
    return parent === undefined ? [] : [{ id, memory: parent }];
  });
  const cause = causeAmong(parents, { checks, look });
  if (cause !== null && !isOff(memory, look)) return block(memory, cause, { rule, now, look });
  if (look !== undefined) return observe(memory, look, { rule, hold: parents.some((one) => inDoubt(one.memory)) });
  // Nothing blocks it any more: it is looked at again soon.
  const soon = now + releaseMs;
  const waits = memory.state === 'blocked' && memory.nextAt > soon;
  return { memory: waits ? { ...memory, nextAt: soon } : memory, flips: [] };
}

/** What is not set up waits for nothing. */
function isOff({ state }: Memory, look: Look | undefined): boolean {
  return look === undefined ? state === 'off' : look.finding.status === 'off';
}

interface Parent {
  readonly id: string;
  readonly memory: Memory;
}

/**
 * The root cause; an ancestor of which nothing is known blocks nobody, for its descendants may know better. One that
 * flaps is up half of the time: it is the cause only of what is not well itself.
 */
function causeAmong(
  parents: readonly Parent[],
  { checks, look }: { readonly checks: readonly Check[]; readonly look: Look | undefined },
): Cause | null {
  const isUnwell = look !== undefined && look.finding.status !== 'ok';
  const bad = parents.find(
    ({ memory: { state } }) => ['down', 'late', 'blocked'].includes(state) || (isUnwell && state === 'flapping'),
  );
  if (bad === undefined) return null;
  const id = bad.memory.blockedBy ?? bad.id;
  const name = checks.find((check) => check.id === id)?.name ?? id;
  return { id, name, since: bad.memory.since };
}
