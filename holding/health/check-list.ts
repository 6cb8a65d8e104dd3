import { messageOf } from '#lib/errors.ts';
import type { Check } from './check.ts';
import { inOrder, soundAmong } from './state/order.ts';

/** The checks in force, which may change while it runs. */
export interface CheckList {
  /** In the order of the page. */
  readonly listed: readonly Check[];
  /** Ancestors first. */
  readonly ordered: readonly Check[];
  /** Why those that are asked for now are not in force; null: they are. */
  readonly fault: string | null;
  /** Asks for them again; what cannot be put in order never comes into force, and stops nothing. */
  readonly refresh: () => void;
}

/** Of what cannot be put in order at the start, all that can be is in force. */
export function checkListOf(ask: () => readonly Check[]): CheckList {
  let asked = ask();
  let listed: readonly Check[] = [];
  let ordered: readonly Check[] = [];
  let fault: string | null = null;

  function take(checks: readonly Check[]): void {
    asked = checks;
    try {
      ordered = inOrder(checks);
      listed = checks;
      fault = null;
    } catch (error) {
      fault = messageOf(error);
    }
  }

  take(asked);
  if (fault !== null) {
    listed = soundAmong(asked);
    ordered = inOrder(listed);
  }
  return {
    get listed() {
      return listed;
    },
    get ordered() {
      return ordered;
    },
    get fault() {
      return fault;
    },
    refresh() {
      const now = ask();
      if (now !== asked) take(now);
    },
  };
}
