import { join } from 'node:path';
import { array, assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { silentLog } from '#lib/log.ts';
import { parseRate, type Rate } from '#mcp/rate.ts';
import { openMcpStore } from '#mcp/store.ts';
import { temporaryFolder } from '../support/health.ts';

const start = Date.UTC(2026, 0, 31, 23, 59, 58);

/** A rate in a file, as the next process would find it. */
function inFile(path: string, text: string, work: (rate: Rate) => void): void {
  using store = openMcpStore(join(path, 'state.sqlite'), { now: start, log: silentLog });
  work(store.rate('one', parseRate(text) ?? []));
}

test.each(['1/s;30/day;900/month', ' 2/min ; 5/h ', ''])('%j is a rate', (text) => {
  expect(parseRate(text)).toHaveLength(text.split(';').filter((part) => part.trim() !== '').length);
});

test.each(['1', '1/week', '0/s', '-1/s', '1.5/s', '1/s,2/day', 'x/s', '1/constructor', '9999999999/s'])(
  '%j is no rate',
  (text) => {
    expect(parseRate(text)).toBeNull();
  },
);

test('in no second that slides there are more calls than the limit', () => {
  assert(
    property(array(integer({ min: 0, max: 400 }), { maxLength: 60 }), (gaps) => {
      using folder = temporaryFolder();
      inFile(folder.path, '2/s', (rate) => {
        const sent: number[] = [];
        let now = start;
        for (const gap of gaps) {
          now += gap;
          if (rate.reserve(now).ok) sent.push(now);
        }
        for (const [index, at] of sent.entries()) expect(at - (sent[index - 2] ?? 0)).toBeGreaterThanOrEqual(1000);
      });
    }),
    { numRuns: 15 },
  );
});

test('one that is refused is told when it may be sent, and then it may', () => {
  using folder = temporaryFolder();
  inFile(folder.path, '1/s', (rate) => {
    expect(rate.reserve(start)).toEqual({ ok: true });
    const leave = rate.reserve(start + 300);
    expect(leave).toMatchObject({ ok: false, waitMs: 700 });
    expect(rate.reserve(start + 1000)).toEqual({ ok: true });
  });
});

test('a day and a month are those of the calendar in UTC', () => {
  using folder = temporaryFolder();
  inFile(folder.path, '2/day;3/month', (rate) => {
    expect(rate.reserve(start).ok).toBe(true);
    expect(rate.reserve(start).ok).toBe(true);
    expect(rate.reserve(start)).toMatchObject({ ok: false, waitMs: 2000, why: '2 a day are its limit' });
    expect(rate.reserve(start + 2000).ok).toBe(true); // The first of February.
  });
});

test('the longest of several waits is told', () => {
  using folder = temporaryFolder();
  const noon = Date.UTC(2026, 5, 15, 12);
  inFile(folder.path, '1/s;1/month', (rate) => {
    rate.reserve(noon);
    expect(rate.look(noon)).toMatchObject({
      ok: false,
      why: '1 a month are its limit',
      waitMs: Date.UTC(2026, 6, 1) - noon,
    });
  });
});

test('what was sent is known after a restart', () => {
  using folder = temporaryFolder();
  inFile(folder.path, '1/s;2/month', (rate) => void rate.reserve(start));
  inFile(folder.path, '1/s;2/month', (rate) => {
    expect(rate.look(start + 10).ok).toBe(false);
    expect(rate.reserve(start + 1000).ok).toBe(true);
  });
  inFile(folder.path, '1/s;2/month', (rate) => expect(rate.look(start + 1500).ok).toBe(false));
});

test('looking counts nothing', () => {
  using folder = temporaryFolder();
  inFile(folder.path, '1/day', (rate) => {
    for (let n = 0; n < 5; n++) expect(rate.look(start).ok).toBe(true);
  });
});

test('a pause that the server asked for is kept, and a shorter one does not shorten it', () => {
  using folder = temporaryFolder();
  inFile(folder.path, '', (rate) => rate.pause(start + 5000));
  inFile(folder.path, '', (rate) => {
    rate.pause(start + 1000);
    expect(rate.reserve(start)).toMatchObject({ ok: false, waitMs: 5000 });
    expect(rate.reserve(start + 5000).ok).toBe(true);
  });
});

test('a clock that is set back blocks a second no longer than a second', () => {
  using folder = temporaryFolder();
  inFile(folder.path, '1/s', (rate) => {
    rate.reserve(start + 3_600_000);
    expect(rate.reserve(start).ok).toBe(true);
  });
});
