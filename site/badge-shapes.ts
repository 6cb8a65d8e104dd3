import type { CheckRow } from '#holding/health/views.ts';

/** A state of a check, or of a badge when no news comes in. */
export type BadgeShape = CheckRow['state'] | 'stale';

/** How each state is drawn in a box of 16 by 16: no two alike, and as on the page, where the style draws them. */
export const badgeShapes: Readonly<Record<BadgeShape, string>> = {
  up: 'M8 3a5 5 0 1 1 0 10A5 5 0 1 1 8 3z',
  degraded: 'M8 2l6.5 11.5h-13z',
  late: 'M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2zm0 1.8v8.4a4.2 4.2 0 0 0 0-8.4z',
  down: 'M4.4 2L8 5.6 11.6 2 14 4.4 10.4 8l3.6 3.6-2.4 2.4L8 10.4 4.4 14 2 11.6 5.6 8 2 4.4z',
  flapping: 'M1 12.5l4-10 3.2 6 2.3-5L15 13h-2.6l-2-5-2.3 5.2-2.8-5.4-2 4.7z',
  blocked: 'M8 1.8L14.2 8 8 14.2 1.8 8z',
  unknown:
    'M3 5.6C3 2.8 5 1 8 1s5 1.8 5 4.4c0 2-1 3-2.3 3.8-1 .6-1.2.9-1.2 1.8h-3c0-2 .6-2.9 2.2-3.9.9-.6 1.2-.9 1.2-1.6 0-.9-.7-1.5-1.9-1.5S6 4.6 6 5.6zM6.4 12.2h3.2v3H6.4z',
  new: 'M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 1 1 0-11zm0 1.8a3.7 3.7 0 1 0 0 7.4 3.7 3.7 0 1 0 0-7.4z',
  paused: 'M4 3h3v10H4zM9 3h3v10H9z',
  maintenance: 'M8 1.5L14.5 8 8 14.5 1.5 8zm0 2.6L4.1 8 8 11.9 11.9 8z',
  off: 'M3 7h10v2H3z',
  stale: 'M3 2h10v1.6L9.2 8l3.8 4.4V14H3v-1.6L6.8 8 3 3.6z',
};
