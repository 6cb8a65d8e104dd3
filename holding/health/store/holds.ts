import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

const kinds = ['paused', 'maintenance', 'snoozed'] as const;

/** What the owner holds back by hand: looks and alerts (paused), alerts and the state (maintenance), alerts (snoozed). */
export interface Hold {
  /** Null: every check. */
  readonly check: string | null;
  readonly kind: (typeof kinds)[number];
  /** Milliseconds since the epoch. */
  readonly from: number;
  /** Null: until it is resumed. */
  readonly until: number | null;
  readonly why: string;
}

/** The table of holds in an open database. */
export interface Holds {
  readonly add: (hold: Hold) => void;
  /** Ends those of a check (null: those of all) that go on or are to come. Returns how many. */
  readonly end: (which: Pick<Hold, 'check'>, now: number) => number;
  /** Those that go on at a time, and those that are to come, oldest first. */
  readonly from: (now: number) => readonly Hold[];
}

const Row = z.object({
  check: z.string().nullable(),
  kind: z.enum(kinds),
  from: z.number(),
  until: z.number().nullable(),
  why: z.string(),
});

/** Prepares the statements. */
export function holdsIn(db: DatabaseSync): Holds {
  const insert = db.prepare('INSERT INTO hold (watched, kind, begins, until, why) VALUES (?, ?, ?, ?, ?)');
  const select = db.prepare(`
    SELECT watched AS "check", kind, begins AS "from", until, why FROM hold
    WHERE until IS NULL OR until > ? ORDER BY id`);
  const end = db.prepare('UPDATE hold SET until = :now WHERE watched IS :check AND (until IS NULL OR until > :now)');
  return {
    add: ({ check, kind, from, until, why }) => void insert.run(check, kind, from, until, why),
    end: ({ check }, now) => Number(end.run({ check, now }).changes),
    from: (now) => select.all(now).map((row) => Row.parse(row)),
  };
}
