import { expect, test } from 'vitest';
import type { Beat } from '#holding/health/health.ts';
import heartbeat from '#jobs/heartbeat.ts';
import housekeeping from '#jobs/housekeeping.ts';
import type { JobContext } from '#queue/job.ts';
import type { Omega } from '#jobs/omega.ts';
import { noon, second, stillClock } from '../support/health.ts';
import { emptyOutbox } from '../support/empty-outbox.ts';
import { noDeeds } from '../support/no-deeds.ts';

interface Asked {
  readonly name: string;
  readonly options: object | undefined;
}

function contextFor(beat: Partial<Beat>, { asked, said }: { asked: Asked[]; said: string[] }): JobContext<Omega> {
  const well = { headline: 'All well', state: 'up', published: true, alertsDue: false } as const;
  const whole = { seq: 1, checked: 9, flips: [], nextDueAt: noon + 60 * second, ...well, ...beat };
  return {
    signal: new AbortController().signal,
    log: (line) => said.push(line),
    progress: () => {},
    enqueue: async (name, _input, options) => {
      asked.push({ name, options });
      return name;
    },
    clock: stillClock(noon + second),
    scheduledAt: noon,
    reason: 'tick',
    omega: {
      health: { beat: async () => whole, prune: () => 12 },
      alerts: { deliver: async () => ({ delivered: 0, waiting: 0 }) },
      outside: { tell: async () => {}, standing: () => null },
      site: { render: async () => ({ written: [], cpuMs: 0 }) },
      trends: { open: async () => Promise.reject(new Error('these jobs make no reports')) },
      memory: async () => Promise.reject(new Error('these jobs remember nothing')),
      outbox: emptyOutbox,
      deeds: noDeeds,
    },
  };
}

test('a heartbeat has the page drawn', async () => {
  const [asked, said]: [Asked[], string[]] = [[], []];
  await heartbeat.run({ news: false }, contextFor({}, { asked, said }));
  expect(asked.map(({ name }) => name)).toEqual(['site-render']);
  expect(said).toEqual(['All well: looked at 9, 0 changed']);
});

test('a heartbeat with a doubt comes back before the next tick, under no id that one of before may have had', async () => {
  const asked: Asked[] = [];
  await heartbeat.run({ news: false }, contextFor({ nextDueAt: noon + 3 * second }, { asked, said: [] }));
  // A second comes again when the clock is set back, a number when the records were lost: it would then not be queued.
  expect(asked[1]).toEqual({ name: 'heartbeat', options: { delayMs: 2 * second, reason: 'event' } });
});

test('a heartbeat that is due at once waits for the end of this one, and is never left out for meeting another', async () => {
  const asked: Asked[] = [];
  await heartbeat.run({ news: false }, contextFor({ nextDueAt: noon }, { asked, said: [] }));
  expect(asked[1]?.options).toMatchObject({ delayMs: 50 });
  expect(heartbeat.policy.overlap).toBe('coalesce');
});

test('housekeeping says how much it removed', async () => {
  const said: string[] = [];
  expect(await housekeeping.run({}, contextFor({}, { asked: [], said }))).toEqual({ removed: 12, files: 0 });
  expect(said).toEqual(['12 old records removed']);
});
