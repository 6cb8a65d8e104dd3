import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Snapshot } from '#holding/health/snapshot.ts';
import { indexView } from '#holding/health/views.ts';
import { percentage } from '#holding/health/views/wording.ts';
import {
  finding,
  jobDeadline,
  minute,
  noon,
  openHealth,
  probesOf,
  scripted,
  stillClock,
  temporaryFolder,
} from '../../support/health.ts';

/** A snapshot of a Redis that is gone, a queue behind it, and a host that is well. */
async function trouble(): Promise<Snapshot> {
  using folder = temporaryFolder();
  const todo = { what: 'Free some space', command: 'du -sh', minutes: 5 };
  const script = { redis: finding('fail', { explicit: true }), disk: finding('warn', { todo }) };
  const checks = [
    scripted('disk', script, { failAfter: 1 }),
    scripted('load', script, { group: 'mine' }),
    scripted('redis', script, { group: 'daemons' }),
    scripted('queue', script, { group: 'daemons', dependsOn: ['redis'] }),
  ];
  const probes = probesOf({ deadlines: async () => [jobDeadline({ deadlineAt: noon - minute }), jobDeadline()] });
  using bench = openHealth(folder.path, { clock: stillClock(), checks, probes });
  await bench.health.beat(new AbortController().signal);
  return Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8')));
}

test('the view leads with the headline, and counts in one sentence', async () => {
  const view = indexView(await trouble(), noon);
  expect(view.title).toBe('Redis is down · Omega');
  expect(view.overall.summary).toBe('4 checks: 1 degraded, 1 up, 1 down, 1 blocked; 1 thing waits for you.');
});

test('groups stand in the order of the page, and count what is up', async () => {
  const { groups } = indexView(await trouble(), noon);
  expect(groups.map(({ title, up, total }) => `${title} ${up}/${total}`)).toEqual([
    'Daemons 0/2',
    'Host 0/1',
    'Your own checks 1/1',
  ]);
});

test('a blocked row names its cause as a person calls it', async () => {
  const [daemons] = indexView(await trouble(), noon).groups;
  expect(daemons?.rows.find(({ id }) => id === 'queue')).toMatchObject({ stateWord: 'Blocked', blockedBy: 'Redis' });
});

test('times are told in the owner’s zone, with what a script needs to count from', async () => {
  const { generatedAt } = indexView(await trouble(), noon);
  expect(generatedAt).toEqual({ ms: noon, iso: '2026-03-03T12:00:00.000Z', text: '3 Mar 2026, 13:00:00' });
});

test('a snapshot that has become stale is unknown, whatever it says', async () => {
  const snapshot = await trouble();
  const { overall } = indexView(
    { ...snapshot, overall: { ...snapshot.overall, state: 'up' } },
    snapshot.staleAfter + 1,
  );
  expect(overall).toMatchObject({ state: 'unknown', headline: 'No news since 3 Mar 2026, 13:00:00' });
});

test('the same snapshot gives the same view at any time until it is stale or a job is overdue', async () => {
  const snapshot = await trouble();
  expect(indexView(snapshot, noon + minute)).toEqual(indexView(snapshot, noon));
});

test('a job past its deadline is overdue', async () => {
  const { jobs } = indexView(await trouble(), noon);
  expect(jobs?.map(({ overdue }) => overdue)).toEqual([true, false]);
});

test('a percentage is never rounded up', () => {
  expect([1, 0.99999, 0.5, 0, null].map((share) => percentage(share))).toEqual(['100', '99.99', '50.00', '0.00', '–']);
});

test('a snapshot that is dated in the future is called unknown', async () => {
  const { overall } = indexView(await trouble(), noon - minute);
  expect(overall).toMatchObject({ state: 'unknown', headline: 'The last look is dated in the future' });
});

/** What waits: so many things that are wrong, then so many that are merely not set up. */
async function waiting(wrong: number, notSetUp: number): Promise<ReturnType<typeof indexView>['attention']> {
  const snapshot = await trouble();
  const thing = (why: string, index: number) => ({ what: `${why} ${index}`, why, command: 'x', minutes: 1 });
  const [first, ...others] = snapshot.checks;
  if (first === undefined) throw new Error('There is no check');
  const checks: Snapshot['checks'] = [{ ...first, state: 'off', reason: 'not set up' }, ...others];
  const attention = [
    ...Array.from({ length: wrong }, (_, index) => thing('wrong', index)),
    ...Array.from({ length: notSetUp }, (_, index) => thing('not set up', index)),
  ];
  return indexView({ ...snapshot, checks, attention }, noon).attention;
}

test.each([
  [0, 9, 3, 6],
  [1, 9, 3, 7],
  [4, 9, 4, 9],
  [8, 1, 5, 4],
  [1, 0, 1, 0],
])('of %i things that are wrong and %i that are not set up, %i are shown and %i folded', async (...counts) => {
  const { shown, folded } = await waiting(counts[0], counts[1]);
  expect([shown.length, folded.length]).toEqual([counts[2], counts[3]]);
});

test('a row links to its page, unless its id can be no part of an address', async () => {
  const snapshot = await trouble();
  const checks = snapshot.checks.map((check, index) => (index === 0 ? { ...check, id: '../x' } : check));
  const paths = indexView({ ...snapshot, checks }, noon).groups.flatMap(({ rows }) => rows.map(({ path }) => path));
  expect(new Set(paths)).toEqual(new Set(['/checks/load/', '/checks/queue/', '/checks/redis/', null]));
});

test('the checks of Omega’s bot and of Zwartehand are found by their ids', async () => {
  const snapshot = await trouble();
  const ids = ['telegram', 'zwartehand'];
  const checks = snapshot.checks.map((check, index) => ({ ...check, id: ids[index] ?? check.id }));
  expect(indexView({ ...snapshot, checks }, noon).bots).toMatchObject({
    omega: { id: 'telegram' },
    zwartehand: { id: 'zwartehand' },
  });
  expect(indexView(snapshot, noon).bots).toEqual({ omega: null, zwartehand: null });
});
