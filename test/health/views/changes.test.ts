import { expect, test } from 'vitest';
import type { Change, State } from '#holding/health/snapshot.ts';
import { changesOf, type Changes } from '#holding/health/views/changes.ts';
import { momentsIn } from '#holding/health/views/wording.ts';
import { minute, second } from '../../support/health.ts';
import { checkView, sceneTime, snapshotOf } from '../../support/snapshots.ts';

const checks = ['Redis', 'Queue', 'Shop', 'Disk'].map((name) => checkView(name));
const moment = momentsIn('Europe/Amsterdam');

function became(check: string, [from, to, reason = 'why']: readonly [State, State, string?], agoMs: number): Change {
  return { check, from, to, at: sceneTime - agoMs, reason };
}

function told(changes: readonly Change[] | null): Changes | null {
  return changesOf(snapshotOf(checks, { changes: changes === null ? null : [...changes] }), moment);
}

/** Each row in short. */
function rowsOf(changes: readonly Change[]): string[] {
  const rows = told(changes)?.rows ?? [];
  return rows.map(({ names, fromWord, stateWord, ms }) => `${names.join('+')} ${fromWord}-${stateWord} ${ms ?? 'now'}`);
}

test('an outage that is over is one row, with how long it lasted', () => {
  const outage = [
    became('redis', ['up', 'down', 'exited with code 1'], 30 * minute),
    became('redis', ['down', 'up'], 26 * minute),
  ];
  expect(told(outage)).toMatchObject({
    rows: [{ names: ['Redis'], path: '/checks/redis/', state: 'down', ms: 4 * minute, reason: 'exited with code 1' }],
    older: 0,
  });
});

test('what goes on has no length, and the newest comes first', () => {
  expect(rowsOf([became('disk', ['up', 'degraded'], 9 * minute), became('shop', ['up', 'down'], minute)])).toEqual([
    'Shop Up-Down now',
    'Disk Up-Degraded now',
  ]);
});

test('that a thing is well again is told where it was not since before', () => {
  expect(rowsOf([became('disk', ['degraded', 'up'], 9 * minute)])).toEqual(['Disk Degraded-Up now']);
});

test('a first look that finds it well, or not set up, is no change; one that finds it down is', () => {
  const first = (check: string, to: State) => became(check, ['new', to], minute);
  expect(rowsOf([first('redis', 'up'), first('queue', 'off'), first('shop', 'down')])).toEqual(['Shop New-Down now']);
});

test('what is new, then not known, and then well has not changed', () => {
  expect(rowsOf([became('shop', ['new', 'unknown'], 9 * second), became('shop', ['unknown', 'up'], second)])).toEqual(
    [],
  );
});

test('what became the same within a minute is one row, without a reason where they gave others', () => {
  const both = [became('redis', ['up', 'down', 'a'], 90 * second), became('queue', ['up', 'down', 'b'], 70 * second)];
  expect(rowsOf(both)).toEqual(['Queue+Redis Up-Down now']);
  expect(told(both)?.rows[0]).toMatchObject({ path: null, reason: '', at: { ms: sceneTime - 90 * second } });
});

test('what is over is not told together with what goes on', () => {
  const rows = rowsOf([
    became('redis', ['up', 'down'], 90 * second),
    became('queue', ['up', 'down'], 90 * second),
    became('queue', ['down', 'up'], 30 * second),
  ]);
  expect(rows).toEqual(['Redis Up-Down now', `Queue Up-Down ${minute}`]);
});

test('a cause comes before what waits for it', () => {
  const rows = rowsOf([became('queue', ['up', 'blocked'], minute), became('redis', ['up', 'down'], minute)]);
  expect(rows).toEqual(['Redis Up-Down now', 'Queue Up-Blocked now']);
});

test('a state that lasted no time, as after a maintenance, is passed over', () => {
  const maintained = [
    became('shop', ['up', 'maintenance'], 60 * minute),
    became('shop', ['maintenance', 'unknown'], 30 * minute),
    became('shop', ['unknown', 'up'], 30 * minute),
  ];
  expect(rowsOf(maintained)).toEqual([`Shop Up-Maintenance ${30 * minute}`]);
});

test('an outage of before a clock was set back is still told, with no time', () => {
  const turned = [became('shop', ['up', 'down'], minute), became('shop', ['down', 'unknown'], 60 * minute)];
  expect(rowsOf(turned)).toContain('Shop Up-Down 0');
});

test('one that comes and goes within a minute is not told together with itself', () => {
  const rows = rowsOf([
    became('shop', ['up', 'down'], 50 * second),
    became('shop', ['down', 'up'], 40 * second),
    became('shop', ['up', 'down'], 30 * second),
    became('shop', ['down', 'up'], 20 * second),
  ]);
  expect(rows).toEqual([`Shop Up-Down ${10 * second}`, `Shop Up-Down ${10 * second}`]);
});

test('one that is no longer watched goes by its id, without a link', () => {
  expect(told([became('gone', ['up', 'off'], minute)])?.rows[0]).toMatchObject({ names: ['gone'], path: null });
});

test('of many the newest are shown and the others counted', () => {
  const many = Array.from({ length: 9 }, (_, index) => became('shop', ['up', 'down'], (20 - 2 * index) * minute));
  const alternating = many.flatMap((down) => [
    down,
    { ...down, from: 'down', to: 'up', at: down.at + second } as const,
  ]);
  const { rows, older } = told(alternating) ?? { rows: [], older: 0 };
  expect([rows.length, older, rows[0]?.at.ms]).toEqual([6, 3, sceneTime - 4 * minute]);
});

test('changes that could not be read are not the same as none', () => {
  expect(told(null)).toBeNull();
  expect(told([])).toEqual({ rows: [], older: 0 });
});
