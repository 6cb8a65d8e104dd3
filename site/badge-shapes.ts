import type { CheckRow } from '#holding/health/views.ts';

/** A state of a check, or of a badge when no news comes in. */
export type BadgeShape = CheckRow['state'] | 'stale';

/** How badges and tabs draw each state, in a box of 16 by 16: no two alike, and as the page's style has them. */
export const badgeShapes: Readonly<Record<BadgeShape, string>> = {
  up: 'M8 3a5 5 0 1 1 0 10A5 5 0 1 1 8 3z',
  degraded: 'M8 2l6.5 11.5h-13z',
  late: 'M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2zm0 2v8a4 4 0 0 0 0-8z',
  down: 'M4 2l4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4-4-4z',
  flapping: 'M1 12.5l4-10 3.2 6 2.3-5L15 13h-2.6l-2-5-2.3 5.2-2.8-5.4-2 4.7z',
  blocked: 'M8 2l6 6-6 6-6-6z',
  unknown: 'M3 6a5 5 0 1 1 6.5 4.7v.8h-3V8H8a2 2 0 1 0-2-2zM6.5 13h3v3h-3z',
  new: 'M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2zm0 2a4 4 0 1 0 0 8 4 4 0 1 0 0-8z',
  paused: 'M4 3h3v10H4zM9 3h3v10H9z',
  maintenance: 'M8 1l7 7-7 7-7-7zm0 3L4 8l4 4 4-4z',
  off: 'M3 7h10v2H3z',
  stale: 'M3 2h10v1.6L9.2 8l3.8 4.4V14H3v-1.6L6.8 8 3 3.6z',
};
