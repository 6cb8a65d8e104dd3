import { expect, test } from 'vitest';
import type { Snapshot } from '#holding/health/snapshot.ts';
import type { HealthStore } from '#holding/health/store/store.ts';
import { scenes, sceneTime } from '../../support/snapshots.ts';
import { breakRedis, hour, minute, never, office, reportOf } from './desk.ts';

const ref = 'digest/2025-11-22';
/** Its last look was two hours ago, and all was well. */
const staleLook = async (): Promise<Snapshot> => {
  const generatedAt = sceneTime - 2 * hour;
  return { ...scenes.firstDay(), generatedAt, staleAfter: generatedAt + 90_000 };
};

test('says that all is well only where a fresh look says so', async () => {
  using all = office();
  const letter = await all.write(ref);
  expect(letter).toMatchObject({ title: 'Morning report: All well', tally: 'All well, 0 incidents' });
  expect(letter.html).toContain('None was seen in the last 24 hours.');
});

test('tells what broke, what is not up, what ran and what waits, in the owner’s language', async () => {
  using all = office({ past: 'year', language: 'nl' });
  all.keep(reportOf());
  const { html, tally, title } = await all.write(ref);
  expect(tally).toBe('Er is een storing, 2 storingen');
  expect(title).toBe('Ochtendrapport: Redis is down');
  for (const told of [
    'Wacht op jou',
    'npm run setup',
    'nu al 1 uur, 4 min',
    'had 57 min storing',
    'Gemaakte rapporten',
    'mandaat',
    'Tool calls today: 12 van 400',
    'memory-index',
  ])
    expect(html).toContain(told);
  expect(html).toMatch(/trend-report<\/b>\s*opgegeven/);
});

test('has a day’s course in which the outage and what came before it can be seen', async () => {
  using all = office({ past: 'year' });
  const { html } = await all.write(ref);
  const [, strip = ''] = /<svg\s+class="strip"([\s\S]*?)<\/svg>/.exec(html) ?? [];
  expect(strip).toContain('aria-label="The worst state at each time: late, down"');
  expect(html).toMatch(/Up the least:[^<]*Redis 9\d\.\d+ %/);
  expect(strip).toMatch(/<path class="down" d="M\d+ 12h1[34]"/);
});

test.each([
  ['that is old', staleLook],
  [
    'that is dated in the future',
    async () => ({ ...scenes.firstDay(), generatedAt: sceneTime + hour, staleAfter: sceneTime + 2 * hour }),
  ],
  ['that is not there', async () => null],
  ['that cannot be read', async () => Promise.reject(new Error('E_SNAPSHOT'))],
])('says UNKNOWN with a look %s, and never that all is well', async (_what, snapshot) => {
  using all = office({ snapshot });
  const { html, title, tally } = await all.write(ref);
  expect(title).toMatch(/^Morning report: Unknown: /);
  expect(tally).toBe('State unknown, incidents not known');
  expect(html).not.toContain('All well');
  expect(html).not.toContain('None was seen');
  expect(html).toContain('npm run doctor');
});

test('calls the time since an old look unknown', async () => {
  using all = office({ snapshot: staleLook });
  breakRedis(all.store, sceneTime - 20 * hour, sceneTime - 19 * hour);
  const { html } = await all.write(ref);
  expect(html).toMatch(/<path class="unknown" d="M264 12h24"/);
});

test('waits ten minutes for a first look, and then tells that there is none', async () => {
  using all = office({ snapshot: async () => null });
  expect(await all.desk.due(never)).toEqual([]);
  all.clock.advance(9 * minute);
  expect(await all.desk.due(never)).toEqual([]);
  all.clock.advance(minute);
  expect(await all.desk.due(never)).toEqual([ref]);
});

test('comes once a date, also where the clock is set back', async () => {
  using all = office();
  const first = await all.desk.due(never);
  all.clock.set(sceneTime - 24 * hour);
  expect([first, await all.desk.due(never)]).toEqual([[ref], ['digest/2025-11-21']]);
  all.clock.set(sceneTime + hour);
  expect(await all.desk.due(never)).toEqual([ref]);
});

test('comes at the hour that the owner chose', async () => {
  using all = office({ digestAt: '09:42' });
  expect(await all.desk.due(never)).toEqual(['digest/2025-11-21']);
  all.clock.advance(minute);
  expect(await all.desk.due(never)).toEqual([ref]);
});

test('tells how often the same went wrong, and what ran late', async () => {
  using all = office();
  for (let run = 0; run < 30; run += 1)
    record(all.store, { scheduledAt: sceneTime - hour - run * minute, outcome: 'failed' });
  record(all.store, { scheduledAt: sceneTime - 3 * hour, outcome: 'done', lateMs: 12 * minute });
  const { html } = await all.write(ref);
  expect(html).toContain('30 times, last');
  expect(html).toContain('12 mins late');
});

interface Facts {
  readonly scheduledAt: number;
  readonly outcome: 'failed' | 'done';
  readonly lateMs?: number;
}

function record({ runs }: HealthStore, { scheduledAt, outcome, lateMs = 0 }: Facts): void {
  const id = `${scheduledAt}`;
  const startedAt = scheduledAt + lateMs;
  runs.record(
    { id, jobId: id, job: 'trend-report', queue: 'report', reason: 'tick', scheduledAt, startedAt, attempt: 1 },
    { endedAt: startedAt + 500, outcome, error: outcome === 'failed' ? 'HTTP 502' : null, result: null },
  );
}
