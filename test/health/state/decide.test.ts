import { expect, test } from 'vitest';
import type { Check, Status } from '#holding/health/check.ts';
import { decide, type Decision } from '#holding/health/state/decide.ts';
import { inOrder } from '#holding/health/state/order.ts';
import { finding, minute, noon, say, scripted, second } from '../../support/health.ts';

const redis = scripted('redis', {});
const children = Array.from({ length: 30 }, (_, index) => scripted(`child-${index}`, {}, { dependsOn: ['redis'] }));
const grandchild = scripted('grandchild', {}, { dependsOn: ['child-0'] });
const family = inOrder([grandchild, ...children, redis]);

/** Each round gives what every check found; a check that is not named is not looked at. */
function rounds(checks: readonly Check[], given: readonly Record<string, Status>[], everyMs = minute): Decision[] {
  let memories: Decision['memories'] = new Map();
  return given.map((found, index) => {
    const now = noon + index * everyMs;
    const looks = new Map(Object.entries(found).map(([id, status]) => [id, { at: now, finding: finding(status) }]));
    const decision = decide({ checks, memories, looks, held: new Map(), now, say, offSince: null });
    memories = decision.memories;
    return decision;
  });
}

function allOf(status: Status): Record<string, Status> {
  return Object.fromEntries(family.map(({ id }) => [id, status]));
}

test('ancestors come before their descendants', () => {
  expect(
    inOrder([grandchild, ...children, redis])
      .map(({ id }) => id)
      .slice(0, 3),
  ).toEqual(['redis', 'child-0', 'grandchild']);
});

test('a circle, an unknown ancestor and an id used twice are refused by name', () => {
  const a = scripted('a', {}, { dependsOn: ['b'] });
  const b = scripted('b', {}, { dependsOn: ['a'] });
  expect(() => inOrder([a, b])).toThrow('in a circle: a, b');
  expect(() => inOrder([a])).toThrow('a depends on b, which does not exist');
  expect(() => inOrder([redis, redis])).toThrow('the same id');
});

test('30 children of one dead parent: one is down, the others blocked, and each names the root cause', () => {
  const [, , last] = rounds(family, [allOf('ok'), allOf('fail'), allOf('fail')]);
  const states = last?.flips.map(({ check, to }) => `${check} ${to}`);
  expect(states?.filter((one) => one.endsWith('down'))).toEqual(['redis down']);
  expect(states?.filter((one) => one.endsWith('blocked'))).toHaveLength(31);
  expect(last?.memories.get('grandchild')?.blockedBy).toBe('redis');
});

test('a child is not called down while its parent is in doubt, not even by what it could not look at', () => {
  const [, second_] = rounds(family, [allOf('ok'), { ...allOf('unknown'), redis: 'fail' }]);
  expect(second_?.flips).toEqual([]);
});

test('a child is down by itself once its parent turns out well', () => {
  const broken = { 'child-1': 'fail' } as const;
  const given = [allOf('ok'), { ...allOf('ok'), ...broken, redis: 'fail' }, { ...allOf('ok'), ...broken }] as const;
  const last = rounds(family, given).at(-1);
  expect(last?.flips).toMatchObject([{ check: 'child-1', to: 'down', at: noon + minute }]);
});

test('once the parent is up its children are looked at within a second, and are up at their first ok', () => {
  const given = [allOf('ok'), allOf('fail'), allOf('fail'), { redis: 'ok' }, { redis: 'ok' }, allOf('ok')] as const;
  const told = rounds(family, given, 10 * second);
  const recovered = told[4];
  expect(recovered?.memories.get('redis')?.state).toBe('up');
  expect(recovered?.memories.get('child-3')).toMatchObject({ state: 'blocked', nextAt: noon + 41 * second });
  expect([...(told[5]?.memories.values() ?? [])].map(({ state }) => state)).toEqual(family.map(() => 'up'));
});

test('a parent that flaps blocks only what is not well itself, and between two looks nothing', () => {
  const changing = ['ok', 'fail', 'fail', 'ok', 'ok', 'fail', 'fail', 'ok', 'ok'] as const;
  const flapping = changing.map((status) => ({ redis: status }));
  const told = rounds(
    family,
    [allOf('ok'), ...flapping, {}, allOf('ok'), { ...allOf('ok'), 'child-1': 'warn' }],
    second,
  );
  const [between, well, ill] = told.slice(-3).map(({ memories }) => memories);
  expect(well?.get('redis')?.state).toBe('flapping');
  expect(between?.get('child-1')).toEqual(told.at(-4)?.memories.get('child-1'));
  expect([well?.get('child-1')?.state, well?.get('grandchild')?.state]).toEqual(['up', 'up']);
  expect(ill?.get('child-1')).toMatchObject({ state: 'blocked', blockedBy: 'redis' });
  expect(ill?.get('child-2')?.state).toBe('up');
});

test('a parent of which nothing is known blocks nobody', () => {
  const last = rounds(family, [{ ...allOf('ok'), redis: 'unknown' }]).at(-1);
  expect(last?.memories.get('child-0')?.state).toBe('up');
});
