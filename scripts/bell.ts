import { watch, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';

/** Tells the worker that something was written that it should look at now; without it the next minute does. */
export function ringBell({ bell }: Pick<DataPaths, 'bell'>, log: Log): void {
  try {
    writeFileSync(bell, `${Date.now()}\n`, { mode: 0o600 });
  } catch (error) {
    log.warn('the bell could not be rung; the next minute brings a look', { error: messageOf(error) });
  }
}

export interface Bell {
  /** Files: the bell, the owner's checks. Their folders are watched, for a file that is replaced is another one. */
  readonly files: readonly string[];
  readonly onRing: () => void;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** What rings within so long of another is one ring. */
const joinMs = 100;

/** Calls back soon after one of the files changed, until it is told to stop. Where nothing can be watched it stays still. */
export function watchBell({ files, onRing, signal, log }: Bell): void {
  let waiting: NodeJS.Timeout | undefined;
  const ring = (): void => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      onRing();
    }, joinMs);
  };
  signal.addEventListener('abort', () => clearTimeout(waiting), { once: true });
  for (const folder of new Set(files.map(dirname))) {
    const names = new Set(files.filter((file) => dirname(file) === folder).map((file) => basename(file)));
    watchFolder(folder, { signal, log, onChange: (name) => (name === null || names.has(name)) && ring() });
  }
}

function watchFolder(
  folder: string,
  { signal, log, onChange }: { signal: AbortSignal; log: Log; onChange: (name: string | null) => void },
): void {
  const untold = (error: unknown): void =>
    log.warn('a folder cannot be watched; changes in it are seen with the next minute', {
      folder,
      error: messageOf(error),
    });
  try {
    const watcher = watch(folder, { signal, persistent: false }, (_event, name) => onChange(name));
    watcher.on('error', untold);
  } catch (error) {
    untold(error);
  }
}
