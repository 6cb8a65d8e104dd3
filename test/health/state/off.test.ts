import { readFileSync } from 'node:fs';
import { array, assert, boolean, constant, constantFrom, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding, Status } from '#holding/health/check.ts';
import { stateOf } from '#holding/health/state/evidence.ts';
import { newMemory } from '#holding/health/state/memory.ts';
import { overallOf } from '#holding/health/overall.ts';
import { Snapshot } from '#holding/health/snapshot.ts';
import { block, monitorWasOff } from '#holding/health/state/events.ts';
import { observe } from '#holding/health/state/state.ts';
import { stretches, uptimeOf } from '#holding/health/store/timeline.ts';
import { indexView } from '#holding/health/views.ts';
import {
  finding,
  hour,
  lookRepeatedly,
  minute,
  noon,
  openHealth,
  plainRule,
  say,
  scripted,
  stillClock,
  temporaryFolder,
  type Script,
} from '../../support/health.ts';

const never = new AbortController().signal;
const statuses: readonly Status[] = ['ok', 'warn', 'fail', 'unknown', 'off'];
const aFinding = record({ status: constantFrom(...statuses), reason: constant('seen'), explicit: boolean() });

test('whatever came before, one look turns a check off, and one look turns it on again', () => {
  assert(
    property(array(aFinding, { maxLength: 30 }), constantFrom(...statuses), (before, next) => {
      const off = lookRepeatedly([...before, 'off']);
      expect(off.memory).toMatchObject({ state: 'off', doubt: false });
      expect(lookRepeatedly([next], { memory: off.memory }).memory.state).toBe(stateOf[next]);
    }),
  );
});

test('time in which a check was off counts neither as up nor as down', () => {
  assert(
    property(array(aFinding, { minLength: 1, maxLength: 30 }), (looks) => {
      const { flips } = lookRepeatedly(looks);
      const cut = stretches(flips, { from: noon, to: noon + hour });
      expect(uptimeOf(cut)).toBe(uptimeOf(cut.filter(({ state }) => state !== 'off')));
    }),
  );
});

test('what it knew before it was off is forgotten: it begins anew, and does not flap', () => {
  const looks = ['ok', 'off', 'ok', 'off', 'ok', 'off', 'fail', 'off', 'ok'] as const;
  const { memory, flips } = lookRepeatedly(looks);
  expect(memory.state).toBe('up');
  expect(flips.map(({ to }) => to)).toEqual(['up', 'off', 'up', 'off', 'up', 'off', 'down', 'off', 'up']);
});

test('a check that is off is not blocked, and time without a monitor leaves it off', () => {
  const off = lookRepeatedly(['off']).memory;
  const gone = monitorWasOff(off, noon, { rule: plainRule, say, now: noon + 3 * hour });
  expect(gone).toMatchObject({ memory: { state: 'off', nextAt: noon + 3 * hour }, flips: [] });
  const cause = { id: 'redis', name: 'Redis', since: noon, makes: 'blocked' } as const;
  const blocked = block(newMemory(noon, say), cause, { rule: plainRule, say, now: noon, look: undefined }).memory;
  const look = { at: noon + minute, finding: finding('off') };
  expect(observe(blocked, look, { rule: plainRule, say }).memory).toMatchObject({ state: 'off', blockedBy: null });
});

/** What was written after `brave` found these one after the other, beside a disk that says what the script says. */
async function snapshotAfter(
  found: readonly Status[],
  { disk = 'ok', dependsOn = [] }: { disk?: Finding | Status; dependsOn?: readonly string[] } = {},
): Promise<Snapshot> {
  using folder = temporaryFolder();
  const clock = stillClock();
  const script: Script = { disk };
  const checks = [scripted('disk', script), scripted('brave', script, { group: 'tools', dependsOn })];
  using bench = openHealth(folder.path, { clock, checks });
  for (const status of found) {
    const todo = { what: `Settle that it is ${status}`, command: 'nano .env', minutes: 5 };
    script['brave'] = finding(status, { todo, explicit: true });
    await bench.health.beat(never, 'all');
    clock.advance(minute);
  }
  return Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8')));
}

test('a check that is off takes nothing from all being well, and what to do about it still stands', async () => {
  const snapshot = await snapshotAfter(['off']);
  expect(snapshot.overall).toMatchObject({ state: 'up', headline: 'All well' });
  expect(snapshot.checks.at(-1)).toMatchObject({ state: 'off', uptime90: null });
  expect(snapshot.attention).toMatchObject([{ what: 'Settle that it is off', why: 'it is off' }]);
  const view = indexView(snapshot, snapshot.generatedAt);
  expect(view.overall.summary).toBe('2 checks: 1 up, 1 not set up; 1 thing waits for you.');
  expect(view.groups.map(({ up, total, off }) => [up, total, off])).toEqual([
    [0, 0, 1],
    [1, 1, 0],
  ]);
});

test('what is wrong stands before what could be set up', async () => {
  const todo = { what: 'Make room', command: 'du', minutes: 5 };
  const snapshot = await snapshotAfter(['off'], { disk: finding('fail', { explicit: true, todo }) });
  const order = snapshot.attention.map(({ what }) => what);
  expect(order).toEqual(['Make room', 'Settle that it is off']);
});

test('a check that is off waits for nothing, not even for a parent that is down', async () => {
  const disk = finding('fail', { explicit: true });
  const { checks } = await snapshotAfter(['off'], { disk, dependsOn: ['disk'] });
  expect(checks.map(({ state }) => state)).toEqual(['down', 'off']);
});

test('turning off what was down ends its incident; being off opens none', async () => {
  const { incidents } = await snapshotAfter(['ok', 'fail', 'off']);
  expect(incidents).toMatchObject([{ check: 'brave', from: noon + minute, to: noon + 2 * minute }]);
});

test('where everything is off nothing is watched, which is not green', () => {
  const memory = lookRepeatedly(['off']).memory;
  expect(overallOf([{ check: scripted('brave', {}), memory }], say)).toEqual({
    state: 'unknown',
    headline: 'Nothing is watched',
  });
});

test('a tool that is down degrades the whole in its own words, and does not take it down', () => {
  const down = lookRepeatedly([finding('fail', { explicit: true })]).memory;
  const up = lookRepeatedly(['ok']).memory;
  const headline = { down: 'Brave Search cannot be used' };
  const brave = { check: scripted('brave', {}, { worstOverall: 'degraded', headline }), memory: down };
  const disk = { check: scripted('disk', {}), memory: up };
  expect(overallOf([brave, disk], say)).toEqual({ state: 'degraded', headline: 'Brave Search cannot be used' });
  expect(overallOf([brave, { ...disk, memory: down }], say)).toEqual({ state: 'down', headline: 'Disk is down' });
});
