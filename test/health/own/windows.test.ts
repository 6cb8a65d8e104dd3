import { expect, test } from 'vitest';
import { checkOf } from '../../support/own-checks.ts';

function planned(maintenance: readonly unknown[]) {
  const { maintenanceAt } = checkOf({ kind: 'tcp', host: 'nas', port: 1, maintenance });
  return (time: string): string | null => {
    const until = maintenanceAt?.(Date.parse(time))?.until;
    return until === undefined ? null : new Date(until).toISOString();
  };
}

test('a time of each day goes on from its beginning until just before its end', () => {
  const at = planned([{ from: '03:00', to: '05:00' }]);
  expect(at('2026-03-03T02:59:59+01:00')).toBeNull();
  expect(at('2026-03-03T03:00:00+01:00')).toBe('2026-03-03T04:00:00.000Z');
  expect(at('2026-03-03T04:59:59+01:00')).toBe('2026-03-03T04:00:00.000Z');
  expect(at('2026-03-03T05:00:00+01:00')).toBeNull();
});

test('over midnight it belongs to the day on which it begins', () => {
  const at = planned([{ days: ['fri'], from: '23:00', to: '01:00' }]);
  expect(at('2026-03-06T23:30:00+01:00')).toBe('2026-03-07T00:00:00.000Z');
  expect(at('2026-03-07T00:30:00+01:00')).toBe('2026-03-07T00:00:00.000Z');
  expect(at('2026-03-07T23:30:00+01:00')).toBeNull();
  expect(at('2026-03-06T00:30:00+01:00')).toBeNull();
});

test('one date goes on once', () => {
  const at = planned([{ from: '2026-12-01T22:00', to: '2026-12-03T01:00' }]);
  expect(at('2026-12-01T21:59:00+01:00')).toBeNull();
  expect(at('2026-12-02T12:00:00+01:00')).toBe('2026-12-03T00:00:00.000Z');
  expect(at('2027-12-02T12:00:00+01:00')).toBeNull();
});

test('a night in which the clocks change is as long as it is', () => {
  const at = planned([{ from: '01:00', to: '04:00' }]);
  expect(at('2026-03-29T02:30:00Z')).toBeNull();
  expect(at('2026-03-29T00:30:00Z')).toBe('2026-03-29T02:00:00.000Z');
  expect(at('2026-10-25T02:59:00Z')).toBe('2026-10-25T03:00:00.000Z');
});

test('of several that go on the one that ends last counts', () => {
  const windows = [
    { from: '03:00', to: '05:00' },
    { from: '04:00', to: '06:00' },
  ];
  const { maintenanceAt } = checkOf({ kind: 'tcp', host: 'nas', port: 1, maintenance: windows });
  expect(maintenanceAt?.(Date.parse('2026-03-03T04:30:00+01:00'))).toEqual({
    until: Date.parse('2026-03-03T06:00:00+01:00'),
    reason: { en: 'planned in checks.yaml', nl: 'gepland in checks.yaml' },
  });
});

test.each([
  [{ from: '3:00', to: '05:00' }, 'must be a time such as "03:00"'],
  [{ from: '03:00', to: '03:00' }, 'is the same as from'],
  [{ from: '03:00', to: '2026-12-01T22:00' }, 'must be written as from is'],
  [{ from: '2026-12-01T22:00', to: '2026-12-01T21:00' }, 'is not after from'],
  [{ from: '2026-02-30T22:00', to: '2026-03-01T21:00' }, 'must be a time such as'],
  [{ days: ['mon'], from: '2026-12-01T22:00', to: '2026-12-02T21:00' }, 'goes only with times of the day'],
  [{ from: '03:00', until: '04:00' }, 'is not known'],
])('%j is refused', (window, message) => {
  expect(() => planned([window])).toThrow(message);
});
