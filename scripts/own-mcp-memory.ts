import type { Hit } from '#holding/memory/memory.ts';
import type { Log } from '#lib/log.ts';
import type { OwnMemory } from '#mcp/own-functions.ts';
import { makeFolders } from '#ops/folders.ts';
import { openMemory } from './memory-open.ts';
import type { Settings } from './settings.ts';

interface Search {
  readonly query: string;
  readonly limit: number;
  readonly unit?: string | undefined;
}

/** What is remembered of it, for a client's model: nothing in quarantine, and nothing can be written from here. */
export async function searchMemory(
  { query, limit, unit }: Search,
  { settings, log, signal }: { readonly settings: Settings; readonly log: Log; readonly signal: AbortSignal },
): Promise<OwnMemory> {
  await makeFolders(settings.paths); // A client may ask before Omega was ever started.
  await using memory = await openMemory(settings, log);
  const { hits, weak, degraded } = await memory.recall({ text: query, limit, unit, untrusted: false }, signal);
  return { found: hits.map(found), weak, note: degraded };
}

function found({ record: { id, kind, unit, createdAt, trust }, text, relevance }: Hit): OwnMemory['found'][number] {
  return { id, kind, unit, text, at: new Date(createdAt).toISOString(), trust, score: relevance };
}
