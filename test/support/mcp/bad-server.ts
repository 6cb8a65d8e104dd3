/**
 * An MCP server on standard input and output that can misbehave in every way a test asks for: at its start by its
 * arguments, in a call by the tool's name. It speaks the protocol by hand, for no library would let it do this.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

interface Request {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly name?: string; readonly cursor?: string; readonly arguments?: Record<string, unknown> };
}

const habits = new Set(process.argv.slice(2));
const cancelled: number[] = [];
const megabyte = 1024 * 1024;

if (habits.has('complains')) process.stderr.write('no configuration found\n');
if (habits.has('dies-at-start')) process.exit(3);
if (habits.has('greets')) process.stdout.write('Welcome!\n{"almost": "JSON-RPC"}\n[]\n');
if (habits.has('ignores-term')) process.on('SIGTERM', () => {});
if (habits.has('ignores-eof')) setInterval(() => {}, 1000);
if (habits.has('escapes')) escape();

/** The pid of a grandchild that leaves the process group, as text. */
function escape(): void {
  const child = spawn('setsid', ['sleep', '300'], { stdio: 'ignore' });
  process.stderr.write(`escaped as ${child.pid}\n`);
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void answer(JSON.parse(line)));
lines.on('close', () => {
  if (!habits.has('ignores-eof')) process.exit(0);
});

async function answer({ id, method, params = {} }: Request): Promise<void> {
  if (method === 'notifications/cancelled') cancelled.push(Number((params as { requestId?: number }).requestId));
  if (id === undefined || habits.has('mute')) return;
  if (method === 'initialize') return reply(id, initialized());
  if (method === 'ping') return reply(id, {});
  if (method === 'tools/list') return reply(id, page(params.cursor));
  if (method === 'tools/call') return call(id, params.name ?? '', params.arguments ?? {});
  say({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
}

function initialized(): object {
  return {
    protocolVersion: '2025-11-25',
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: 'bad', version: '1.0.0' },
  };
}

function page(cursor = '0'): object {
  if (habits.has('lists-in-circles'))
    return { tools: [tool(`tool-${cursor}`)], nextCursor: cursor === '0' ? '1' : '0' };
  if (habits.has('lists-for-ever')) return { tools: [tool(`tool-${cursor}`)], nextCursor: String(Number(cursor) + 1) };
  if (habits.has('lists-too-many')) return { tools: Array.from({ length: 5001 }, (_, index) => tool(`tool-${index}`)) };
  if (habits.has('lists-badly')) return { tools: [tool('good'), ...badTools, tool('also-good')] };
  if (habits.has('names-badly'))
    return { tools: ['good', 're\u001b\u0000ad', 'read\u200bme', '\u200b', '__proto__', 'constructor'].map(tool) };
  return cursor === '0' ? { tools: [tool('echo')], nextCursor: '1' } : { tools: [tool('big')] };
}

const badTools = [
  { name: 'no-schema' },
  { name: 'odd-schema', inputSchema: { type: 'array' } },
  { inputSchema: { type: 'object' } },
  null,
];

function tool(name: string): object {
  return { name, description: 'x', inputSchema: { type: 'object' }, 'x-mcp-note': 'kept' };
}

async function call(id: number, name: string, args: Record<string, unknown>): Promise<void> {
  const text = (value: unknown): void => reply(id, { content: [{ type: 'text', text: String(value) }] });
  switch (name) {
    case 'echo':
      if (typeof args['afterMs'] === 'number')
        await new Promise((resolve) => setTimeout(resolve, Number(args['afterMs'])));
      return text(args['say']);
    case 'fail':
      return reply(id, { content: [{ type: 'text', text: 'it went wrong' }], isError: true });
    case 'refuse':
      return say({ jsonrpc: '2.0', id, error: { code: -32602, message: args['message'] ?? 'Invalid params' } });
    case 'ask-and-read-nothing':
      lines.pause();
      process.stdin.pause();
      return askForEver();
    case 'big':
      return text('x'.repeat(Number(args['bytes'] ?? 50 * megabyte)));
    case 'big-id-last':
      return void process.stdout.write(
        `{"result":{"content":[{"type":"text","id":7,"text":"${'x\\"'.repeat(megabyte)}"}]},"jsonrpc":"2.0","id":${id}}\n`,
      );
    case 'big-without-id':
      return void process.stdout.write(`{"jsonrpc":"2.0","result":{"x":"${'x'.repeat(2 * megabyte)}"}}\n`);
    case 'big-notification':
      process.stdout.write(
        `{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${'x'.repeat(2 * megabyte)}"}}\n`,
      );
      return text('done');
    case 'deep':
      return void process.stdout.write(
        `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"structuredContent":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}}\n`,
      );
    case 'many':
      return reply(id, { content: [], structuredContent: { list: Array.from({ length: 100_001 }, () => 0) } });
    case 'nonsense':
      return reply(id, { content: 'no list' });
    case 'novel':
      return reply(id, { content: [{ type: 'hologram', data: 1 }], structuredContent: [1, 2] });
    case 'silence':
      return;
    case 'cancelled':
      return text(cancelled.join(','));
    case 'noise':
      process.stdout.write('warning: something\n\n');
      return text('after the noise');
    case 'close-stdout':
      return void process.stdout.end();
    case 'die':
      process.stderr.write('out of memory\n');
      return process.exit(9);
    case 'answer-and-die':
      process.stdout.write(
        `${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'last' }] } })}\n`,
        () => process.exit(0),
      );
      return;
    case 'busy-loop':
      for (;;);
    case 'change-tools':
      for (let count = 0; count < 20; count += 1) say({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
      return text('changed');
    case 'environment':
      return text(JSON.stringify(process.env));
    case 'ask':
      say({ jsonrpc: '2.0', id: 'mine', method: 'roots/list' });
      return text('asked');
    default:
      return reply(id, { content: [{ type: 'text', text: `no tool ${name}` }], isError: true });
  }
}

/** As fast as it is read, and no faster. */
function askForEver(count = 0): void {
  const batch = Array.from({ length: 100 }, (_, n) => `{"jsonrpc":"2.0","id":"p${count + n}","method":"ping"}\n`);
  process.stdout.write(batch.join(''), () => askForEver(count + batch.length));
}

function reply(id: number, result: object): void {
  say({ jsonrpc: '2.0', id, result });
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
