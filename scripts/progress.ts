import { paint } from './command.ts';

const barLength = 24;
const redrawEveryMs = 80;

/** A bar on a terminal for what takes long. */
export interface Progress extends Disposable {
  readonly show: (done: number, total: number) => void;
  /** Takes it away again. */
  readonly end: () => void;
}

/** Drawn on standard error, and on a terminal only: a file or a pipe gets the result alone. */
export function showProgress(noun: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  let drawnAt = Number.NEGATIVE_INFINITY;
  const end = (): void => {
    if (drawnAt > Number.NEGATIVE_INFINITY) stream.write('\r\u001b[K');
    drawnAt = Number.NEGATIVE_INFINITY;
  };
  return {
    show: (done, total) => {
      const now = performance.now();
      if (!stream.isTTY || (now - drawnAt < redrawEveryMs && done < total)) return;
      drawnAt = now;
      const full = total === 0 ? barLength : Math.floor((Math.min(done, total) / total) * barLength);
      const bar = `${'█'.repeat(full)}${paint('dim', '░'.repeat(barLength - full), stream)}`;
      stream.write(`\r  ${bar} ${done} of ${total} ${noun}\u001b[K`);
    },
    end,
    [Symbol.dispose]: end,
  };
}
