/** An MCP server that tries what it must not do, in a folder of its own, for it may read that folder. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

interface Request {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly arguments?: { readonly secret?: string } };
}

createInterface({ input: process.stdin }).on('line', (line) => answer(JSON.parse(line)));

function answer({ id, method, params }: Request): void {
  if (id === undefined) return;
  const handshake = {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'nosy', version: '1' },
  };
  const text = (): string => JSON.stringify(tryAll(params?.arguments?.secret ?? ''));
  const result = method === 'initialize' ? handshake : { content: [{ type: 'text', text: text() }] };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
}

function tryAll(secret: string): Record<string, string> {
  return {
    secret: outcome(() => readFileSync(secret)),
    passwd: outcome(() => readFileSync('/etc/passwd')),
    spawn: outcome(() => spawnSync('true')),
    worker: outcome(() => new Worker('', { eval: true })),
    write: outcome(() => writeFileSync(`${secret}.copy`, '')),
    addon: outcome(() => process.dlopen({ exports: {} }, '/tmp/nothing.node')),
  };
}

function outcome(work: () => unknown): string {
  try {
    work();
    return 'it was allowed';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
