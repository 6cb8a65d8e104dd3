import type { Log } from '#lib/log.ts';
import { ownerCaller } from './authorize.ts';
import { isListed } from './config-schema.ts';
import type { ToolEntry } from './hub.ts';
import { ensureStarted, type Station } from './station.ts';
import type { McpStore } from './store.ts';

/**
 * The tools that a unit may use: allowed and as approved, without the schemas of their output. A server whose tools
 * are not known is started; one that cannot be asked is left out.
 */
export async function catalogueOf(
  stations: readonly Station[],
  { unit, store, log, signal }: { unit: string; store: Pick<McpStore, 'entries'>; log: Log; signal: AbortSignal },
): Promise<readonly ToolEntry[]> {
  const lists = stations
    .filter((station) => mayAsk(station, unit))
    .map(async (station) => {
      const { name, fingerprint } = station.config;
      try {
        const known = store.entries(name, fingerprint);
        if (known !== null) return known;
        await ensureStarted(station, signal);
        return store.entries(name, fingerprint) ?? [];
      } catch (error) {
        signal.throwIfAborted();
        log.warn('a tool server is left out of the catalogue', { server: name, error });
        return [];
      }
    });
  return (await Promise.all(lists)).flat();
}

function mayAsk({ config, state }: Station, unit: string): boolean {
  const isMeant = unit === ownerCaller || isListed(config.rules.units, unit);
  return isMeant && !['disabled', 'needs-auth', 'quarantined'].includes(state());
}
