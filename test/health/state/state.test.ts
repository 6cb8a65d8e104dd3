import { expect, test } from 'vitest';
import { block, monitorWasOff } from '#holding/health/state/events.ts';
import { isDue } from '#holding/health/state/state.ts';
import { finding, hour, lookRepeatedly, minute, noon, plainRule, say, second } from '../../support/health.ts';

test('a new check is up at its first ok', () => {
  const { memory, flips } = lookRepeatedly(['ok']);
  expect(memory.state).toBe('up');
  expect(flips).toEqual([{ check: 'disk', from: 'new', to: 'up', at: noon, reason: 'it is ok' }]);
});

test('one fail is not down yet, and says that it is looked at again', () => {
  const { memory } = lookRepeatedly(['ok', 'fail']);
  expect(memory.state).toBe('up');
  expect(memory.reason).toBe('it is fail (to be looked at again)');
});

test('two fails are down, dated back to the first of them', () => {
  const { flips } = lookRepeatedly(['ok', 'fail', 'fail']);
  expect(flips.at(-1)).toMatchObject({ from: 'up', to: 'down', at: noon + minute });
});

test('an explicit fail is down at once', () => {
  const { memory } = lookRepeatedly(['ok', finding('fail', { explicit: true })]);
  expect(memory.state).toBe('down');
});

test('a new check with one fail or warning stays new', () => {
  expect(lookRepeatedly(['fail']).memory.state).toBe('new');
  expect(lookRepeatedly(['warn']).memory.state).toBe('new');
});

test('one ok does not end down time, two do, dated back to the first of them', () => {
  const down = lookRepeatedly(['ok', 'fail', 'fail', 'ok']);
  expect(down.memory.state).toBe('down');
  const { flips } = lookRepeatedly(['ok'], { memory: down.memory });
  expect(flips).toMatchObject([{ from: 'down', to: 'up', at: noon + 3 * minute }]);
});

test('a check says itself how many fails and oks it takes', () => {
  const rule = { ...plainRule, failAfter: 3, recoverAfter: 1 };
  expect(lookRepeatedly(['ok', 'fail', 'fail'], { rule }).memory.state).toBe('up');
  expect(lookRepeatedly(['ok', 'fail', 'fail', 'fail'], { rule }).memory.state).toBe('down');
  expect(lookRepeatedly(['ok', 'fail', 'fail', 'fail', 'ok'], { rule }).memory.state).toBe('up');
});

test('two warnings are degraded', () => {
  const { flips } = lookRepeatedly(['ok', 'warn', 'warn']);
  expect(flips.at(-1)).toMatchObject({ to: 'degraded', at: noon + minute });
});

test('a warning and a fail are degraded, for neither was well', () => {
  expect(lookRepeatedly(['ok', 'warn', 'fail']).memory.state).toBe('degraded');
});

test('what could not be looked at is unknown at once', () => {
  expect(lookRepeatedly(['ok', 'unknown']).memory.state).toBe('unknown');
});

test('unknown time does not wash a fault away: what was down needs two oks after it', () => {
  const known = lookRepeatedly(['ok', 'fail', 'fail', 'unknown', 'ok']);
  expect(known.memory.state).toBe('unknown');
  expect(lookRepeatedly(['ok'], { memory: known.memory }).memory.state).toBe('up');
});

test('doubt is looked at again after 2 s and after 10 s, then in its turn', () => {
  const first = lookRepeatedly(['ok', 'fail']).memory;
  const at = noon + minute;
  expect(first.nextAt).toBe(at + 2 * second);
  const rule = { ...plainRule, failAfter: 9 };
  const again = lookRepeatedly(['fail'], { memory: first, everyMs: 2 * second, rule }).memory;
  expect(again.nextAt).toBe(at + 10 * second);
  const last = lookRepeatedly(['fail'], { memory: again, everyMs: 8 * second, rule }).memory;
  expect(last.nextAt).toBe(at + minute);
});

test('what was unknown for long and then is well is looked at again after 2 s, not in its turn', () => {
  const rule = { ...plainRule, everyMs: hour };
  const long = lookRepeatedly(['fail', 'fail', 'unknown', 'unknown', 'unknown'], { rule, everyMs: hour }).memory;
  const { memory } = lookRepeatedly(['ok'], { rule, everyMs: hour, memory: long });
  expect(memory).toMatchObject({ state: 'unknown', nextAt: noon + 5 * hour + 2 * second });
});

test('what was down before unknown time is down again at its first fail', () => {
  const known = lookRepeatedly(['ok', 'fail', 'fail', 'unknown']).memory;
  expect(lookRepeatedly(['fail'], { memory: known }).memory.state).toBe('down');
});

test('a look that comes a moment early plans the one after its tick, not its own tick again', () => {
  const { memory } = lookRepeatedly(['ok', 'ok'], { everyMs: minute - 400 });
  expect(memory.nextAt).toBe(noon + 2 * minute);
});

test('looks stay on the grid of their interval, however late one was', () => {
  const { memory } = lookRepeatedly(['ok', 'ok'], { everyMs: minute + 7 * second });
  expect(memory.nextAt).toBe(noon + 2 * minute);
});

test('a look that comes half a second early counts as on time', () => {
  const { memory } = lookRepeatedly(['ok']);
  expect(isDue(memory, plainRule, noon + minute - 500)).toBe(true);
  expect(isDue(memory, plainRule, noon + minute - 501)).toBe(false);
});

test('a check of each second is looked at at most a tenth of it early: another beat in between is not its own', () => {
  const rule = { ...plainRule, everyMs: second };
  const { memory } = lookRepeatedly(['ok'], { rule, everyMs: second });
  expect(isDue(memory, rule, noon + second - 450)).toBe(false);
  expect(isDue(memory, rule, noon + second - 100)).toBe(true);
  const between = lookRepeatedly(['ok'], { rule, memory: { ...memory, lastSeen: noon - 450 }, everyMs: second });
  expect(between.memory.nextAt).toBe(noon + second);
});

test('a clock that is set back by an hour does not keep a check waiting for an hour', () => {
  const { memory } = lookRepeatedly(['ok']);
  expect(isDue(memory, plainRule, noon - hour)).toBe(true);
});

test('four changes within half an hour are flapping', () => {
  const { memory, flips } = lookRepeatedly(['ok', 'fail', 'fail', 'ok', 'ok', 'fail', 'fail', 'ok', 'ok']);
  expect(memory.state).toBe('flapping');
  expect(flips.map(({ to }) => to)).toEqual(['up', 'down', 'up', 'down', 'flapping']);
});

test('late and then down is one worsening: twice up, late, down and up again is flapping, once is not', () => {
  const missed = [finding('late'), finding('fail', { explicit: true }), finding('ok'), finding('ok')];
  const once = lookRepeatedly(['ok', ...missed]);
  expect(once.memory.changes).toHaveLength(2);
  const twice = lookRepeatedly(missed, { memory: once.memory });
  expect(twice.memory.state).toBe('flapping');
  expect(twice.flips.map(({ to }) => to)).toEqual(['late', 'down', 'flapping']);
});

test('flapping ends after half an hour without a change, and not before', () => {
  const flapping = lookRepeatedly(['ok', 'fail', 'fail', 'ok', 'ok', 'fail', 'fail', 'ok', 'ok']).memory;
  const quiet = lookRepeatedly(
    Array.from({ length: 28 }, () => 'ok' as const),
    { memory: flapping },
  );
  expect(quiet.memory.state).toBe('flapping');
  const { flips } = lookRepeatedly(['ok', 'ok'], { memory: quiet.memory });
  const now = noon + 37 * minute; // Not dated back: until then it counted as flapping.
  expect(flips).toMatchObject([{ from: 'flapping', to: 'up', at: now }]);
});

test('a blocked check names the cause, counts from the cause, and keeps what it saw', () => {
  const { memory } = lookRepeatedly(['ok', 'ok', 'ok']);
  const cause = { id: 'redis', name: 'Redis', since: noon + minute, makes: 'blocked' } as const;
  const look = { at: noon + 3 * minute, finding: finding('fail', { latencyMs: 7 }) };
  const step = block(memory, cause, { rule: plainRule, say, now: look.at, look });
  expect(step.flips).toMatchObject([{ to: 'blocked', at: noon + minute, reason: 'Redis is the cause' }]);
  expect(step.memory).toMatchObject({ blockedBy: 'redis', lastSeen: look.at, latencyMs: 7, lastKnown: 'up' });
});

test('where the clock was set back a check is not blocked in the future', () => {
  const { memory } = lookRepeatedly(['ok']);
  const cause = { id: 'redis', name: 'Redis', since: noon, makes: 'blocked' } as const;
  const step = block(memory, cause, { rule: plainRule, say, now: noon - hour, look: undefined });
  expect(step.flips).toMatchObject([{ to: 'blocked', at: noon - hour }]);
});

test('what is no longer blocked is up at its first ok', () => {
  const { memory } = lookRepeatedly(['ok']);
  const cause = { id: 'redis', name: 'Redis', since: noon, makes: 'blocked' } as const;
  const blocked = block(memory, cause, { rule: plainRule, say, now: noon + minute, look: undefined }).memory;
  const { memory: after } = lookRepeatedly(['ok'], { memory: blocked });
  expect(after).toMatchObject({ state: 'up', blockedBy: null });
});

test('the time in which the monitor was off is unknown, from its last sign of life', () => {
  const { memory } = lookRepeatedly(['ok']);
  const { memory: off, flips } = monitorWasOff(memory, noon + second, { rule: plainRule, say, now: noon + 3 * hour });
  expect(flips).toEqual([
    { check: 'disk', from: 'up', to: 'unknown', at: noon + second, reason: 'The monitor was off' },
  ]);
  expect(off.nextAt).toBe(noon + 3 * hour);
});
