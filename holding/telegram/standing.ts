import type { Clock } from '#lib/clock.ts';

/** How the poll of a bot goes. */
export interface PollStanding {
  /**
   * `waiting`: another host polls, or this one has only begun; `webhook`: one is set, so nobody can poll; `conflict`:
   * another program polls this bot as well; `unauthorized`: its token holds no more, and it stopped.
   */
  readonly state: 'polling' | 'waiting' | 'webhook' | 'conflict' | 'unauthorized' | 'unreachable';
  /** When it came to be so; milliseconds since the epoch, as the others. */
  readonly since: number;
  readonly lastUpdateAt: number | null;
  /** When Telegram last answered a poll. */
  readonly lastPollAt: number | null;
  /** Why it does not go well; null: it does. It holds neither the token nor what anybody wrote. */
  readonly fault: string | null;
}

/** A standing that is kept up to date. */
export interface StandingKeeper {
  readonly now: () => PollStanding;
  readonly is: (state: PollStanding['state'], fault?: string) => void;
  readonly polled: (updates: number) => void;
}

/** Begins with `waiting`; `tell` hears of each change of state. */
export function keepStanding(clock: Pick<Clock, 'now'>, tell: (standing: PollStanding) => void): StandingKeeper {
  const begun = { state: 'waiting', since: clock.now(), lastUpdateAt: null, lastPollAt: null, fault: null } as const;
  let standing: PollStanding = begun;
  const is: StandingKeeper['is'] = (state, fault) => {
    const isNew = state !== standing.state;
    standing = { ...standing, state, since: isNew ? clock.now() : standing.since, fault: fault ?? null };
    if (isNew) tell(standing);
  };
  return {
    now: () => standing,
    is,
    polled(updates) {
      const now = clock.now();
      standing = { ...standing, lastPollAt: now, lastUpdateAt: updates > 0 ? now : standing.lastUpdateAt };
      is('polling');
    },
  };
}
