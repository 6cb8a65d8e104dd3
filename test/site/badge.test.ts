import { expect, test } from 'vitest';
import { states, type State } from '#holding/health/snapshot.ts';
import { indexView } from '#holding/health/views.ts';
import { badgeSvg, checkBadge, overallBadge } from '#site/badge.ts';
import { badgeShapes } from '#site/badge-shapes.ts';
import { checkView, scenes, sceneTime, snapshotOf } from '../support/snapshots.ts';

function badgeOf(name: string, state: State, language: 'en' | 'nl' = 'en'): string {
  const view = indexView(snapshotOf([checkView(name, { state })], { language }), sceneTime);
  const row = view.groups[0]?.rows[0];
  if (row === undefined) throw new Error('no row');
  return badgeSvg(checkBadge(row, view));
}

test.each([
  ['up', 'Up', '#22704f'],
  ['degraded', 'Degraded', '#e5ad4d'],
  ['down', 'Down', '#b3261e'],
  ['unknown', 'Unknown', '#62665f'],
  ['blocked', 'Blocked', '#62665f'],
  ['paused', 'Paused', '#62665f'],
] as const)('a check that is %s says so in a word, a shape and a colour', (state, word, colour) => {
  const svg = badgeOf('Redis', state);
  expect(svg).toContain(`>${word}</text>`);
  expect(svg).toContain(`d="${badgeShapes[state]}"`);
  expect(svg).toContain(`<path fill="${colour}"`);
});

test('only what is up is green', () => {
  for (const state of states) {
    expect(badgeOf('Redis', state).includes('#22704f'), state).toBe(state === 'up');
  }
});

test('a badge tells as of when, for those who hear it as well', () => {
  const title = 'Redis: Up, as of 22 Nov 2025, 09:41:06';
  expect(badgeOf('Redis', 'up')).toContain(`aria-label="${title}"><title>${title}</title>`);
  expect(badgeOf('Redis', 'up', 'nl')).toContain('Redis: In orde, stand van 22 nov 2025, 09:41:06');
});

test('a name is text, whatever stands in it, and a long one is cut in the drawing alone', () => {
  const svg = badgeOf(`<script>alert("1")</script>\u0007${'long '.repeat(20)}`, 'down');
  expect(svg).not.toContain('<script');
  expect(svg).not.toContain('\u0007');
  expect(svg).toContain('…</text>');
  expect(svg.match(/long/g)?.length).toBeGreaterThan(40);
});

test('the badge of the whole is that of the headline, and unknown where the look is old', () => {
  expect(badgeSvg(overallBadge(indexView(scenes.oneDown(), sceneTime)))).toContain('Omega nuc: Down, as of');
  expect(badgeSvg(overallBadge(indexView(scenes.firstDay(), sceneTime + 3_600_000)))).toContain('>Unknown</text>');
});
