import { createHash } from 'node:crypto';
import type { RawResult } from './connect.ts';
import type { ToolResult } from './hub.ts';
import type { Reading } from './server.ts';
import { ToolError } from './tool-error.ts';

/** What a result holds, before it is known how long it took. */
export type Answer = Omit<ToolResult, 'callId' | 'ms'>;

export interface ReadOptions {
  /** Qualified. */
  readonly tool: string;
  /** What the server's own file makes of a text that is marked as an error. */
  readonly readError: ((text: string) => Reading) | undefined;
  readonly redact: (text: string) => string;
}

/** So much of what a tool says of its failure goes into an error. */
const longestQuote = 1000;

/** Takes the text out of a result. @throws ToolError `replied`, where it says that it failed. */
export function readAnswer(raw: RawResult, { tool, readError, redact }: ReadOptions): Answer {
  const texts: string[] = [];
  const otherBlocks: string[] = [];
  for (const block of raw.content) {
    if (block['type'] === 'text' && typeof block['text'] === 'string') texts.push(block['text']);
    else otherBlocks.push(String(block['type']).slice(0, 50));
  }
  const text = texts.join('\n');
  if (!raw.isError) return answerOf(text, raw.structuredContent ?? null, otherBlocks);
  const { kind, retryAfterMs } = readError?.(text) ?? { kind: 'tool-error' };
  if (kind === 'empty') return answerOf('', null, []);
  const quote = redact(text).slice(0, longestQuote); // In this order, or half a secret may be left.
  throw new ToolError(`${tool} says that it failed: ${quote || 'without a word'}`, {
    kind,
    delivery: 'replied',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function answerOf(text: string, structured: unknown, otherBlocks: readonly string[]): Answer {
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { text, structured, otherBlocks, sha256, bytes: Buffer.byteLength(text) };
}
