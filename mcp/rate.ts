import type { DatabaseSync } from 'node:sqlite';
import { transact } from '#lib/sqlite.ts';

/** So many calls in a second, minute or hour that slides, or in a day or month of the calendar (UTC). */
export interface Limit {
  readonly count: number;
  readonly window: Window;
}
export type Window = 's' | 'min' | 'h' | 'day' | 'month';

/** Whether a call may be sent, and if not when the next one may. */
export type Leave = { readonly ok: true } | { readonly ok: false; readonly waitMs: number; readonly why: string };

/** Counts the calls of one server, in a file that several processes share and that outlives them. */
export interface Rate {
  /** Whether a call could be sent now; counts nothing. */
  readonly look: (now: number) => Leave;
  /** Counts a call that is about to be sent, where it may. */
  readonly reserve: (now: number) => Leave;
  /** The server itself asked for a pause. */
  readonly pause: (until: number) => void;
}

/** The tables that it needs. */
export const rateTables = `
  CREATE TABLE sent (server TEXT NOT NULL, at INTEGER NOT NULL);
  CREATE INDEX sent_by_server ON sent (server, at);
  CREATE TABLE period (server TEXT NOT NULL, period TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (server, period));
  CREATE TABLE pause (server TEXT PRIMARY KEY, until INTEGER NOT NULL)`;

const slidingMs = { s: 1000, min: 60_000, h: 3_600_000 } as const;
const words = { s: 'second', min: 'minute', h: 'hour', day: 'day', month: 'month' } as const;

/** Reads `1/s;30/day;900/month`; null where it is written otherwise. Empty: no limits. */
export function parseRate(text: string): readonly Limit[] | null {
  const limits: Limit[] = [];
  for (const part of text.split(';').map((one) => one.trim())) {
    if (part === '') continue;
    const [, count = '', window = ''] = /^([1-9]\d{0,8})\/([a-z]+)$/.exec(part) ?? [];
    if (!isWindow(window)) return null;
    limits.push({ count: Number(count), window });
  }
  return limits;
}

function isWindow(text: string): text is Window {
  return Object.hasOwn(words, text);
}

/** The counts of one server. */
export function openRate(db: DatabaseSync, server: string, limits: readonly Limit[]): Rate {
  const selectPause = db.prepare('SELECT until FROM pause WHERE server = ?');
  const upsertPause = db.prepare(
    'INSERT INTO pause VALUES (?, ?) ON CONFLICT (server) DO UPDATE SET until = max(until, excluded.until)',
  );
  // A row from the future is left by a clock that was set back: it counts for no longer than its window.
  const selectSent = db.prepare(
    'SELECT count(*) AS count, min(at) AS first FROM (SELECT at FROM sent WHERE server = ? AND at > ? AND at < ? ORDER BY at DESC LIMIT ?)',
  );
  const selectPeriod = db.prepare('SELECT count FROM period WHERE server = ? AND period = ?');
  const insertSent = db.prepare('INSERT INTO sent VALUES (?, ?)');
  const deleteSent = db.prepare('DELETE FROM sent WHERE server = ? AND at < ?');
  const countPeriod = db.prepare(
    'INSERT INTO period VALUES (?, ?, 1) ON CONFLICT (server, period) DO UPDATE SET count = count + 1',
  );
  const longestMs = Math.max(0, ...limits.map(({ window }) => (isSliding(window) ? slidingMs[window] : 0)));

  const waitFor = ({ count, window }: Limit, now: number): number => {
    if (!isSliding(window)) {
      const used = Number(selectPeriod.get(server, periodOf(window, now))?.['count'] ?? 0);
      return used < count ? 0 : endOf(window, now) - now;
    }
    const width = slidingMs[window];
    const row = selectSent.get(server, now - width, now + width, count);
    return Number(row?.['count'] ?? 0) < count ? 0 : Math.min(width, Number(row?.['first']) + width - now);
  };
  const look = (now: number): Leave => {
    const until = Number(selectPause.get(server)?.['until'] ?? 0);
    const waits = limits.map((limit) => ({
      waitMs: waitFor(limit, now),
      why: `${limit.count} a ${words[limit.window]} are its limit`,
    }));
    const longest = waits.reduce((one, other) => (other.waitMs > one.waitMs ? other : one), {
      waitMs: until - now,
      why: 'it asked for a pause',
    });
    return longest.waitMs > 0 ? { ok: false, ...longest } : { ok: true };
  };
  const reserve = (now: number): Leave => {
    const leave = look(now);
    if (!leave.ok) return leave;
    if (longestMs > 0) {
      insertSent.run(server, now);
      deleteSent.run(server, now - longestMs);
    }
    for (const { window } of limits) if (!isSliding(window)) countPeriod.run(server, periodOf(window, now));
    return leave;
  };
  return {
    look,
    reserve: (now) => (limits.length === 0 ? look(now) : transact(db, () => reserve(now))),
    pause: (until) => {
      upsertPause.run(server, until);
    },
  };
}

function isSliding(window: Window): window is keyof typeof slidingMs {
  return Object.hasOwn(slidingMs, window);
}

/** `2026-03` or `2026-03-09`. */
function periodOf(window: 'day' | 'month', now: number): string {
  return new Date(now).toISOString().slice(0, window === 'day' ? 10 : 7);
}

function endOf(window: 'day' | 'month', now: number): number {
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  return window === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1);
}
