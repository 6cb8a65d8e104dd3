import { createInterface } from 'node:readline/promises';
import { OmegaError, usageError } from '#lib/errors.ts';
import type { ToolView } from '#mcp/approval.ts';
import { paint, printJson } from './command.ts';
import { openByHand, type Use } from './mcp-open.ts';
import { showViews } from './mcp-show.ts';

/** Shows what of a server's tools is not as approved, and approves it at the owner's word. */
export async function approve(
  server: string | undefined,
  { json, signal, isSure }: Use & { readonly isSure: boolean },
): Promise<number> {
  if (server === undefined) throw usageError('Which server?', 'npm run mcp -- list names them.');
  await using opened = (await openByHand()).opened;
  const seen = await opened.hub.tools(server, signal);
  const waiting = seen.filter(({ standing }) => standing === 'changed' || standing === 'new');
  if (waiting.length === 0) {
    if (json) printJson({ server, approved: [] });
    else process.stdout.write(`Nothing of ${server} waits for your approval.\n`);
    return 0;
  }
  if (!json) showViews(server, waiting);
  if (!isSure) await askFor(server, waiting, signal);
  const approved = await opened.hub.approve(server, seen);
  if (json) printJson({ server, approved });
  else process.stdout.write(`${paint('green', '✓')} approved: ${approved.join(', ')}\n`);
  return 0;
}

async function askFor(server: string, changed: readonly ToolView[], signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw usageError(
      'There is no terminal to ask you on.',
      `Read the change, then: npm run mcp -- approve ${server} --yes`,
    );
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`Approve ${changed.length} of ${server}? Write its name: `, { signal });
    if (answer.trim() !== server) throw new OmegaError('Nothing was approved.', { code: 'E_NOT_APPROVED' });
  } finally {
    asking.close();
  }
}
