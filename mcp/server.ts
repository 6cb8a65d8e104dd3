import type { Words } from '#lib/language.ts';
import type { Reach } from './authorize.ts';

/** What the text of a result that is marked as an error really means. `empty`: success, with nothing found. */
export interface Reading {
  readonly kind: 'tool-error' | 'rate-limited' | 'auth' | 'empty';
  readonly retryAfterMs?: number;
}

/**
 * What Omega knows of a server beyond its entry in `mcp.json`: one file in `servers/`, named like the entry. A server
 * without a file works as well, with none of this.
 */
export interface Server {
  readonly name: string;
  readonly summary: Words;
  /** What an `isError` result means; a plain tool error unless said. */
  readonly readError?: (text: string) => Reading;
  /** The files and folders that a call would touch. A tool that is not told apart here touches everything: null. */
  readonly reach?: (tool: string, args: Readonly<Record<string, unknown>>) => Reach | null;
  /** How the owner sets it up where its variables are missing. */
  readonly setUp?: { readonly what: Words; readonly command: string; readonly minutes: number };
  /** Installed by `npm run mcp -- add NAME` into the data folder, since it is too large for everybody. */
  readonly install?: { readonly package: string; readonly version: string; readonly megabytes: number };
  /** Something that ends soon, such as a token: in words, or null. Looked at with the hourly probe. */
  readonly warn?: (context: WarnContext) => Promise<{ readonly reason: Words; readonly command: string } | null>;
}

export interface WarnContext {
  /** The variables of its entry, resolved. */
  readonly env: Readonly<Record<string, string>>;
  /** Its own folder, which is also its working directory. */
  readonly folder: string;
  readonly now: number;
}

/** Declares what Omega knows of a server. */
export function defineServer(server: Server): Server {
  return server;
}
