import { ToolError } from './tool-error.ts';

/** So many calls at a time; a bounded number waits, in their order. */
export interface Slots {
  /** Resolves to the function that gives the place back. @throws ToolError `busy`, or the signal's reason. */
  readonly take: (signal: AbortSignal) => Promise<() => void>;
}

export interface SlotsOptions {
  readonly server: string;
  readonly maxInFlight: number;
  readonly maxWaiting: number;
}

export function createSlots({ server, maxInFlight, maxWaiting }: SlotsOptions): Slots {
  const waiting = new Set<() => void>();
  let free = maxInFlight;
  const giveBack = (): void => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  };
  return {
    take: async (signal) => {
      if (free > 0) {
        free -= 1;
        return giveBack;
      }
      if (waiting.size >= maxWaiting) {
        throw new ToolError(`${server} has ${maxInFlight} calls under way and ${waiting.size} waiting.`, {
          kind: 'busy',
          delivery: 'not-sent',
          hint: 'Try again later, or raise maxInFlight or maxWaiting in its entry.',
        });
      }
      await turn(waiting, signal);
      return giveBack;
    },
  };
}

/** Resolves when a place was handed on; one that waits no longer leaves the queue. */
function turn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => {
      waiting.delete(onTurn);
      reject(signal.reason);
    };
    const onTurn = (): void => {
      waiting.delete(onTurn);
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    waiting.add(onTurn);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
