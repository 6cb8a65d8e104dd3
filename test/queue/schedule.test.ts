import { describe, expect, test } from 'vitest';
import type { Schedule } from '#queue/job.ts';
import { compileSchedule } from '#queue/schedule.ts';

const spring = Date.UTC(2026, 2, 29); // the night in which Amsterdam skips 02:00 to 03:00
const autumn = Date.UTC(2026, 9, 25); // the night in which Amsterdam shows 02:00 to 03:00 twice
const hourMs = 3_600_000;

function compile(schedule: Schedule, localTimezone = 'Europe/Amsterdam', now = Date.UTC(2026, 0, 1)) {
  return compileSchedule('a-job', schedule, { localTimezone, now });
}

function times(ticks: readonly number[]): string[] {
  return ticks.map((tick) => new Date(tick).toISOString().slice(11, 16));
}

describe('ticks', () => {
  test('come after the start and up to the end', () => {
    const { between } = compile({ cron: '*/20 * * * *' });
    expect(times(between(spring, spring + hourMs))).toEqual(['00:20', '00:40', '01:00']);
  });

  test('are found by the second when the pattern has seconds', () => {
    const { between } = compile({ cron: '*/15 * * * * *' });
    expect(between(spring, spring + 60_000)).toHaveLength(4);
  });

  test('of an interval in UTC are not disturbed by either night', () => {
    const { between } = compile({ cron: '* * * * *' });
    expect(between(spring - hourMs, spring + 5 * hourMs)).toHaveLength(360);
    expect(between(autumn - hourMs, autumn + 5 * hourMs)).toHaveLength(360);
  });

  test('tell the next one, however far', () => {
    const { after } = compile({ cron: '0 6 1 12 *' });
    expect(new Date(after(spring) ?? 0).toISOString()).toBe('2026-12-01T06:00:00.000Z');
  });

  test('tell the last one', () => {
    const { before } = compile({ cron: '10 * * * * *' });
    expect(new Date(before(spring) ?? 0).toISOString()).toBe('2026-03-28T23:59:10.000Z');
    expect(compile({ cron: '0 6 * * *' }).before(spring + 6 * hourMs)).toBe(spring + 6 * hourMs);
  });

  test('that do not come within a year are null', () => {
    expect(compile({ cron: '0 0 29 2 *' }).after(spring)).toBeNull();
  });

  test('with a day of the month and a weekday need both', () => {
    const { between } = compile({ cron: '0 0 1 * 1' });
    const year = between(Date.UTC(2026, 0, 1) - 1, Date.UTC(2027, 0, 1));
    expect(year.map((tick) => new Date(tick).getUTCDay())).toEqual(year.map(() => 1));
    expect(year.map((tick) => new Date(tick).getUTCDate())).toEqual(year.map(() => 1));
  });
});

describe('a local time in the two nights', () => {
  const daily: Schedule = { cron: '30 2 * * *', timezone: 'local' };

  test('is refused where it is skipped or shown twice, unless the job says what it wants', () => {
    expect(() => compile(daily)).toThrow(/is skipped when the clocks change on 2026-03-29/);
    expect(() => compile({ cron: '30 2 * 10 *', timezone: 'local' })).toThrow(/is shown twice .* 2026-10-25/);
  });

  test('is refused for an interval in that zone as well', () => {
    expect(() => compile({ cron: '*/15 * * * *', timezone: 'local' })).toThrow(/E_SCHEDULE|is skipped/);
  });

  test('is nobody’s trouble outside those hours, or in a zone without such nights', () => {
    expect(() => compile({ cron: '0 6 * * *', timezone: 'local' })).not.toThrow();
    expect(() => compile(daily, 'Asia/Tokyo')).not.toThrow();
    expect(() => compile(daily, 'UTC')).not.toThrow();
  });

  test('once: in spring at the end of the gap, in autumn at its first showing', () => {
    const { between } = compile({ ...daily, daylightSaving: 'once' });
    expect(times(between(spring - 12 * hourMs, spring + 12 * hourMs))).toEqual(['01:00']);
    expect(times(between(autumn - 12 * hourMs, autumn + 12 * hourMs))).toEqual(['00:30']);
  });

  test('literal: in spring never, in autumn twice', () => {
    const { between } = compile({ ...daily, daylightSaving: 'literal' });
    expect(between(spring - 12 * hourMs, spring + 12 * hourMs)).toEqual([]);
    expect(times(between(autumn - 12 * hourMs, autumn + 12 * hourMs))).toEqual(['00:30', '01:30']);
  });

  test('once: every other day of the year exactly once', () => {
    const { between } = compile({ ...daily, daylightSaving: 'once' });
    const year = between(Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1));
    expect(year).toHaveLength(365);
  });

  test('half an hour of difference is handled like a whole one', () => {
    const lordHowe = compile({ cron: '45 1 * * *', timezone: 'local', daylightSaving: 'once' }, 'Australia/Lord_Howe');
    expect(lordHowe.between(Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1))).toHaveLength(365);
  });
});

describe('a schedule that cannot be', () => {
  test.each(['61 * * * *', 'every day', '* * *', '* * * * * * *', '0 0 30 2 *', ''])(
    '“%s” is refused with what is wrong',
    (cron) => {
      expect(() => compile({ cron })).toThrow(/The job a-job has a schedule that cannot be/);
    },
  );

  test('an unknown zone is refused', () => {
    expect(() => compile({ cron: '0 6 * * *', timezone: 'local' }, 'Mars/Olympus')).toThrow(
      /no time zone Mars\/Olympus/,
    );
  });
});
