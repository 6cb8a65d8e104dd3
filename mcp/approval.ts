import { z } from 'zod';
import { openChain } from '#lib/chain.ts';
import type { LockFiles } from './lock-file.ts';
import type { Station } from './station.ts';
import { isWaiting, type ToolView } from './tool-view.ts';

/** The stream of the ledger in which approvals stand. */
export const approvalStream = 'tool-approvals';

/** What is written down of an approval: which tools, as what, and what they were approved as before. */
export const ApprovalRecord = z.object({
  at: z.number(),
  server: z.string(),
  tools: z.array(z.object({ name: z.string(), sha256: z.string(), was: z.string().nullable() })),
});
export type ApprovalRecord = Readonly<z.infer<typeof ApprovalRecord>>;

interface ApproveOptions {
  readonly locks: LockFiles;
  readonly seen: readonly ToolView[];
  /** Where it is written down, before it counts. */
  readonly ledger: string;
  readonly now: number;
}

/**
 * Approves what waits among these tools, as it was seen; what the server lists by then is compared with that. Where
 * nothing waits, the server lists what was approved, and only its quarantine ends.
 */
export async function approveTools(
  { config, facts }: Station,
  { locks, seen, ledger, now }: ApproveOptions,
): Promise<readonly string[]> {
  const waiting = seen.filter(isWaiting);
  const names = waiting.map(({ name }) => name);
  if (waiting.length > 0) {
    const tools = waiting.map(({ name, pin: { sha256 }, was }) => ({ name, sha256, was }));
    record(ledger, { at: now, server: config.name, tools });
    await locks.keep(config.name, Object.fromEntries(waiting.map(({ name, pin }) => [name, pin])));
  }
  const notes = facts.get().notes.filter((note) => !isSettled(note, names));
  facts.set({ quarantined: null, changed: [], notes });
  return names;
}

function record(ledger: string, approval: ApprovalRecord): void {
  using chain = openChain(ledger);
  chain.append(approvalStream, [approval]);
}

/** A note that the approval of these tools has answered. */
function isSettled(note: string, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  if (/^(?:pinned when first seen|new, and unusable)/.test(note)) return true;
  return names.some((name) => note.startsWith(`changed since it was pinned: ${name}:`));
}
