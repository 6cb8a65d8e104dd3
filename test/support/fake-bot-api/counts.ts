import { createHash } from 'node:crypto';

/** What really happened, as only the server can know. */
export interface Counts {
  /** Calls of a method that took effect. */
  readonly accepted: (method: string) => number;
  /** Messages that took effect, and whose sender never heard so. */
  readonly answersLost: () => number;
  /** Messages that were in their chat already: the same file, or the same text. */
  readonly doubles: () => number;
  /** Calls that were made to go wrong. */
  readonly faulty: () => number;
  /** Turned away for they came too fast. */
  readonly tooFast: () => number;
}

export interface Counter extends Counts {
  readonly accept: (method: string) => void;
  readonly fail: () => void;
  readonly lose: () => void;
  /** What makes two messages the same. */
  readonly send: (chat: number, what: { readonly text: string; readonly file?: Uint8Array }) => void;
  readonly turnAway: () => void;
}

export function startCounting(): Counter {
  const accepted = new Map<string, number>();
  const sent = new Set<string>();
  let faulty = 0;
  let lost = 0;
  let doubled = 0;
  let turnedAway = 0;
  return {
    accepted: (method) => accepted.get(method) ?? 0,
    faulty: () => faulty,
    answersLost: () => lost,
    doubles: () => doubled,
    tooFast: () => turnedAway,
    accept: (method) => void accepted.set(method, (accepted.get(method) ?? 0) + 1),
    fail: () => void (faulty += 1),
    lose: () => void (lost += 1),
    turnAway: () => void (turnedAway += 1),
    send(chat, { text, file = new Uint8Array() }) {
      const hash = createHash('sha256').update(`${chat}\n${text}\n`).update(file).digest('hex');
      if (sent.has(hash)) doubled += 1;
      sent.add(hash);
    },
  };
}
