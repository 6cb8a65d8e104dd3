import { openConnection } from './connection.ts';

/** How to reach a server that is a process of its own. */
export interface StdioTarget {
  readonly kind: 'stdio';
  /** Absolute, or a name on PATH. */
  readonly command: string;
  readonly args: readonly string[];
  /** All that the process gets; nothing of ours is added but `OMEGA_MCP_RUN`. */
  readonly env: Readonly<Record<string, string>>;
  /** Its working directory, which is empty at first and its own. */
  readonly cwd: string;
}

/** How to reach a server over Streamable HTTP. */
export interface HttpTarget {
  readonly kind: 'http';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The loopback proxy that guards egress. */
  readonly proxy: string | undefined;
  /** Protocol era found at an earlier connection, so that it is not probed for again. */
  readonly era: 'legacy' | 'modern' | undefined;
}

export interface ConnectOptions {
  readonly target: StdioTarget | HttpTarget;
  readonly maxResultBytes: number;
  readonly startTimeoutMs: number;
  readonly signal: AbortSignal;
  /** A process is about to start, its pid 0, then was started: a later Omega can end what a dead one left. */
  readonly onSpawn?: (process: SpawnedServer) => void;
  /** Told at most once in five seconds. */
  readonly onToolsChanged?: () => void;
  /** Takes secrets out of what the server says, before any of that is cut. */
  readonly redact?: (text: string) => string;
}

/** A server process as it is found again: a pid alone may belong to another one meanwhile. */
export interface SpawnedServer {
  readonly pid: number;
  /** Of the kernel, in ticks since boot (`/proc/PID/stat`, field 22). */
  readonly startTicks: string;
  /** The value of `OMEGA_MCP_RUN` in its environment, and in that of its descendants. */
  readonly run: string;
}

/** A tool as a server lists it, parsed one by one. */
export interface ListedTool {
  readonly name: string;
  /** The whole entry as it came, for pins. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface RawResult {
  readonly content: readonly Readonly<Record<string, unknown>>[];
  readonly structuredContent: unknown;
  readonly isError: boolean;
}

/** A live connection to one server. Disposing it ends the process, its group, and what left the group. */
export interface Connection extends AsyncDisposable {
  readonly pid: number | null;
  readonly protocol: string;
  readonly era: 'legacy' | 'modern';
  /** Resolves, in words, when it is over for whatever reason; a server whose stdout ends is noticed at once. */
  readonly closed: Promise<string>;
  /** Loops over pages, with a cap. @throws ToolError */
  readonly listTools: (signal: AbortSignal) => Promise<{
    readonly tools: readonly ListedTool[];
    /** Tools that are malformed, by name where they have one: the others stay. */
    readonly dropped: readonly { readonly name: string; readonly why: string }[];
  }>;
  /** @throws ToolError: `timeout`, `lost`, `too-large`, `rate-limited`, `auth` (HTTP) or `tool-error`, with its delivery. */
  readonly call: (
    tool: string,
    args: Readonly<Record<string, unknown>>,
    options: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ) => Promise<RawResult>;
  /** `ping` or `server/discover`; milliseconds. @throws ToolError */
  readonly ping: (signal: AbortSignal, timeoutMs: number) => Promise<number>;
}

/**
 * Starts or reaches a server and speaks first with it; resolves when it can be asked.
 * @throws ToolError `start`, with the last of what its process said, or `auth` or `rate-limited` of an HTTP server; the
 * signal's reason where the caller gave up.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  return openConnection(options);
}
