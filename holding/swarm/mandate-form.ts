import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { OmegaError } from '#lib/errors.ts';
import { Mandate } from './mandate.ts';

/** What of a mandate needs the owner's approval: tools, reach and money. Goal, topics and feeds do not. */
export const ApprovedForm = z.strictObject({
  version: z.literal(1),
  unit: z.string(),
  ...Mandate.pick({ tools: true, reads: true, writes: true, egress: true, budget: true }).shape,
});
export type ApprovedForm = z.infer<typeof ApprovedForm>;

/** In an order of its own, so that moving a line is no change. */
export function approvedForm(unit: string, { tools, reads, writes, egress, budget }: Mandate): ApprovedForm {
  return {
    version: 1,
    unit,
    tools: tools.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    reads: reads.toSorted(),
    writes: writes.toSorted(),
    egress: egress.toSorted(),
    budget,
  };
}

/** sha256 of its canonical JSON (RFC 8785), hex. */
export function formHash(form: ApprovedForm): string {
  const text = canonicalize(form);
  if (text === undefined) throw new OmegaError('A mandate has no canonical form.', { code: 'E_MANDATE' });
  return createHash('sha256').update(text).digest('hex');
}

/** What one form has and the other has not, a line each. */
export function formDifference(
  before: ApprovedForm,
  after: ApprovedForm,
): { readonly removed: readonly string[]; readonly added: readonly string[] } {
  const [old, now] = [formLines(before), formLines(after)];
  return {
    removed: old.filter((line) => !now.includes(line)),
    added: now.filter((line) => !old.includes(line)),
  };
}

/** What it allows, in words, a line each. */
export function formLines({ tools, reads, writes, egress, budget }: ApprovedForm): string[] {
  return [
    ...tools.map((tool) => {
      const args = tool.args === undefined ? '' : `, arguments ${JSON.stringify(tool.args)}`;
      return `tool ${tool.name}: ${tool.level}, at most ${tool.maxPerRun} a run${args}`;
    }),
    ...reads.map((path) => `reads ${path}`),
    ...writes.map((path) => `writes ${path}`),
    ...egress.map((host) => `reaches ${host}`),
    `at most ${budget.toolCalls} tool calls a run`,
    `at most ${budget.wallMs / 1000} s a run`,
  ];
}
