import { createInterface } from 'node:readline/promises';
import { OmegaError, usageError } from '#lib/errors.ts';
import type { OwnedHub } from '#mcp/create-hub.ts';
import { isWaiting, type ToolView } from '#mcp/tool-view.ts';
import { paint, printJson } from './command.ts';
import { showChanges } from './mcp-changes.ts';
import { openByHand, type Use } from './mcp-open.ts';

interface Approving extends Use {
  readonly isSure: boolean;
}

/** Shows what of a server's tools nobody approved, all of it, and approves that at the owner's word. */
export async function approve(server: string | undefined, { json, signal, isSure }: Approving): Promise<number> {
  if (server === undefined) throw usageError('Which server?', 'npm run mcp -- list names them.');
  await using opened = (await openByHand()).opened;
  const { hub } = opened;
  const seen = await hub.tools(server, signal);
  const waiting = seen.filter(isWaiting);
  if (waiting.length === 0) return release({ hub, server, seen, json });
  if (json && !isSure) {
    printJson({ server, approved: [], waiting });
    return 1;
  }
  if (!json) showChanges(server, waiting);
  if (!isSure) await askFor(server, waiting, signal);
  const approved = await hub.approve(server, seen);
  if (json) printJson({ server, approved, waiting: [] });
  else process.stdout.write(`${paint('green', '✓')} approved: ${approved.join(', ')}\n`);
  return 0;
}

interface Release {
  readonly hub: OwnedHub;
  readonly server: string;
  readonly seen: readonly ToolView[];
  readonly json: boolean;
}

/** It lists what was approved; where it did not before, that is over. */
async function release({ hub, server, seen, json }: Release): Promise<number> {
  const isHeld = hub.servers().some(({ name, state }) => name === server && state === 'quarantined');
  if (isHeld) await hub.approve(server, seen);
  if (json) printJson({ server, approved: [], waiting: [], released: isHeld });
  else if (isHeld)
    process.stdout.write(`${paint('green', '✓')} ${server} lists what was approved again: it is out of quarantine.\n`);
  else process.stdout.write(`Nothing of ${server} waits for your approval.\n`);
  return 0;
}

async function askFor(server: string, waiting: readonly ToolView[], signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw usageError(
      'There is no terminal to ask you on.',
      `Read what waits, then: npm run mcp -- approve ${server} --yes`,
    );
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`Approve ${waiting.length} of ${server}? Write its name: `, { signal });
    if (answer.trim() !== server) throw new OmegaError('Nothing was approved.', { code: 'E_NOT_APPROVED' });
  } finally {
    asking.close();
  }
}
