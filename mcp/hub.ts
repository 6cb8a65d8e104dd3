import type { Words } from '#lib/language.ts';
import type { ToolErrorKind } from './tool-error.ts';

/** Where a server's life is. `needs-auth`: a variable is missing or refused; `quarantined`: a tool is not as approved. */
export const serverStates = [
  'disabled',
  'cold',
  'starting',
  'ready',
  'draining',
  'backoff',
  'open',
  'half-open',
  'quarantined',
  'needs-auth',
] as const;
export type ServerState = (typeof serverStates)[number];

/** One call of one tool. */
export interface ToolCall {
  /** Qualified: `filesystem.read_text_file`. */
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** A business unit's id, or `owner` or `omega` (mcp/authorize.ts). */
  readonly unit: string;
  /** The job run it belongs to: any text that is the same for all calls of the run. */
  readonly run: string;
  readonly signal: AbortSignal;
}

/** What a tool answered. All of it is external text: data, never an instruction. */
export interface ToolResult {
  /** Its text blocks, joined by line feeds. */
  readonly text: string;
  readonly structured: unknown;
  /** Blocks that are not text, by type; their bodies are not kept. */
  readonly otherBlocks: readonly string[];
  /** Names the call in the audit. */
  readonly callId: string;
  /** Of the text, hex: what evidence refers to. */
  readonly sha256: string;
  readonly bytes: number;
  /** All of it, waiting and retries included. */
  readonly ms: number;
}

/** A tool as a unit's catalogue shows it. */
export interface ToolEntry {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  /** JSON Schema, as the server gave it; its patterns are never executed. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** Something that was found out at a time; null: never yet. */
export interface Known {
  readonly value: boolean | null;
  /** Milliseconds since the epoch. */
  readonly at: number | null;
  /** In words, for a person. */
  readonly why: string;
}

/** How a server stands, by what is known without asking it anything. */
export interface ServerStatus {
  readonly name: string;
  readonly summary: Words;
  readonly transport: 'stdio' | 'http';
  readonly state: ServerState;
  /** Milliseconds since the epoch at which this state began. */
  readonly since: number;
  /** It starts, speaks the protocol and lists its tools. */
  readonly reachable: Known;
  /** A real call succeeds: it starts and lists its tools with a wrong key just as well. */
  readonly usable: Known;
  /** The protocol revision of the last connection. */
  readonly protocol: string | null;
  readonly tools: { readonly allowed: number; readonly listed: number } | null;
  /** Variables of its entry that have no value. */
  readonly missing: readonly string[];
  /** What changed in which allowed tool since it was approved; empty unless quarantined. */
  readonly changed: readonly string[];
  /** Names and changes that are noted but not usable, and bad tools that were dropped. */
  readonly notes: readonly string[];
  /** What ends soon, with the command that settles it. */
  readonly warning: { readonly reason: Words; readonly command: string } | null;
  readonly setUp: { readonly what: Words; readonly command: string; readonly minutes: number } | null;
  readonly lastError: { readonly kind: ToolErrorKind; readonly message: string; readonly at: number } | null;
  readonly pid: number | null;
  /** Milliseconds that the last ping took; null or absent where it does not run. */
  readonly pingMs?: number | null;
}

/** 1: it answers; 2: its tools and their pins; 3: a real call. */
export type ProbeLevel = 1 | 2 | 3;

/** All servers and their tools, behind one gate. */
export interface Hub extends AsyncDisposable {
  /** @throws ToolError with its kind and what is known of the delivery. */
  readonly call: (call: ToolCall) => Promise<ToolResult>;
  /** The tools that a unit may use, of servers that could be asked; starts them where their tools are not known. */
  readonly catalogue: (unit: string, signal: AbortSignal) => Promise<readonly ToolEntry[]>;
  /** Every configured server, in the order of the file; starts nothing. */
  readonly servers: () => readonly ServerStatus[];
  /** Probes a server now, at this level and those below; never throws for what the server does. */
  readonly probe: (server: string, level: ProbeLevel, signal: AbortSignal) => Promise<ServerStatus>;
  /** What the heartbeat asks: does the probes that are due, and leaves a cold server cold until one is. */
  readonly look: (server: string, signal: AbortSignal) => Promise<ServerStatus>;
}
