import { messageOf } from '#lib/errors.ts';

/** A process's side of its line to the supervisor. */
export interface Attachment {
  /** Says that it does its work now; nothing where it was started by hand. */
  readonly ready: () => void;
}

export interface AttachOptions {
  /** Ends the process's work in an orderly way; called once, after which the process exits with code 0. */
  readonly onStop: () => Promise<void> | void;
}

/**
 * Answers the supervisor's pings, ends at its stop signal, and ends at once when the supervisor is gone, so that no
 * process outlives it even where the kernel does not see to that. Started by hand it only heeds Ctrl-C and TERM.
 */
export function attachToSupervisor({ onStop }: AttachOptions): Attachment {
  const stop = (): void => void endAfter(onStop);
  process.once('SIGTERM', stop).once('SIGINT', stop);
  if (process.send === undefined) return { ready: () => {} };
  if (!process.connected) process.exit(1); // It went while this process was still loading, and nobody would tell.
  process.on('message', (message) => {
    if (message === 'ping') say('pong');
  });
  process.once('disconnect', () => process.exit(1));
  process.channel?.unref();
  return { ready: () => say('ready') };
}

function say(message: 'pong' | 'ready'): void {
  if (process.connected) process.send?.(message);
}

async function endAfter(onStop: AttachOptions['onStop']): Promise<void> {
  try {
    await onStop();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`The process could not end in an orderly way: ${messageOf(error)}\n`);
    process.exit(1);
  }
}
