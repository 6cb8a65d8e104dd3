import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf } from '#lib/errors.ts';
import { ApprovedForm, formHash } from './mandate-form.ts';

const dayMs = 86_400_000;
/** How long the owner's word is good for. */
export const approvalMs = 365 * dayMs;
/** So long before its end the owner is told. */
export const warnMs = 14 * dayMs;

/** The owner's word for one form of a mandate. */
export const Approval = z.object({
  /** Of the canonical form. */
  sha256: z.string(),
  /** Milliseconds since the epoch. */
  approvedAt: z.number(),
  /** What was approved, to show a later difference against. */
  form: ApprovedForm,
});
export type Approval = z.infer<typeof Approval>;

const Approvals = z.record(z.string(), Approval);

/**
 * The approvals by unit, from a file that neither the owner edits nor any tool may write. One that does not read as it
 * was written approves nothing.
 */
export async function readApprovals(path: string): Promise<Readonly<Record<string, Approval>>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '{}';
    throw error;
  });
  const parsed = Approvals.safeParse(parseJson(text));
  if (!parsed.success) return {};
  return Object.fromEntries(Object.entries(parsed.data).filter(([, { sha256, form }]) => formHash(form) === sha256));
}

/** Writes down the owner's word for one unit. */
export async function approve(path: string, form: ApprovedForm, now: number): Promise<Approval> {
  const approval = { sha256: formHash(form), approvedAt: now, form };
  const others = await readApprovals(path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, `${JSON.stringify({ ...others, [form.unit]: approval }, null, 2)}\n`, 0o600);
  return approval;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // The schema then says that it is none of ours.
  }
}
