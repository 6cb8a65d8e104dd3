import type { ServerConfig } from './config.ts';
import type { connect, Connection, ConnectOptions, SpawnedServer } from './connect.ts';
import type { Facts } from './facts.ts';
import type { UsableTools } from './pins.ts';

export interface StartOptions {
  readonly config: ServerConfig;
  readonly connect: typeof connect;
  readonly target: () => Promise<ConnectOptions['target']>;
  /** Looks at the tools of a new connection; what it throws ends the start. */
  readonly examine: (connection: Connection, signal: AbortSignal) => Promise<UsableTools>;
  readonly facts: Facts;
  /** Aborted when the hub closes. */
  readonly closing: AbortSignal;
  readonly onSpawn: (server: SpawnedServer) => void;
  readonly onEnd: (run: string) => void;
  /** It lists other tools than before. */
  readonly onToolsChanged: () => void;
  /** Takes secrets out of what the server says. */
  readonly redact: (text: string) => string;
}

/** A connection, and the tools of it that may be used. */
export interface Started {
  readonly connection: Connection;
  readonly usable: UsableTools;
  /** Ends its processes and strikes them off the record. */
  readonly end: () => Promise<void>;
}

/** Starts a server and looks at its tools; nothing is left of it where that fails. @throws ToolError */
export async function startServer(options: StartOptions): Promise<Started> {
  const { config, facts, closing, redact } = options;
  let run: string | undefined;
  let isStale = false;
  let onToolsChanged = (): void => void (isStale = true);
  const strikeOff = (): void => {
    if (run !== undefined) options.onEnd(run);
  };
  let connection: Connection | undefined;
  const end = async (): Promise<void> => {
    await connection?.[Symbol.asyncDispose]();
    strikeOff();
  };
  try {
    connection = await options.connect({
      target: await options.target(),
      maxResultBytes: config.rules.maxResultBytes,
      startTimeoutMs: config.rules.startMs,
      signal: closing,
      onSpawn: (server) => {
        run = server.run;
        options.onSpawn(server);
      },
      onToolsChanged: () => onToolsChanged(),
      redact,
    });
    facts.set({ protocol: connection.protocol });
    const signal = AbortSignal.any([closing, AbortSignal.timeout(config.rules.startMs)]);
    let usable: UsableTools;
    do {
      isStale = false; // Set where it says meanwhile that they are others by now.
      usable = await options.examine(connection, signal);
    } while (isStale);
    onToolsChanged = options.onToolsChanged;
    return { connection, usable, end };
  } catch (error) {
    await end();
    throw error;
  }
}
