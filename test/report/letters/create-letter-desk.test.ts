import { expect, test } from 'vitest';
import type { PageSources } from '#holding/health/views/page.ts';
import { openPostRoom } from '../../support/outbox.ts';
import { sceneTime } from '../../support/snapshots.ts';
import { breakRedis, hour, minute, never, office, reportOf } from './desk.ts';

test('names what is due, the canary first and then the oldest', async () => {
  using all = office({ wantsCanary: () => true });
  all.keep(reportOf());
  const id = breakRedis(all.store, sceneTime - 5 * hour, sceneTime - 4 * hour);
  expect(await all.desk.due(never)).toEqual([
    'canary/1',
    `incident/${id}`,
    'trend/marketing/trend-2025-11-22',
    'digest/2025-11-22',
  ]);
});

test('names nothing that is older than a day and a half', async () => {
  using all = office();
  all.keep(reportOf({ generatedAt: sceneTime - 37 * hour }));
  breakRedis(all.store, sceneTime - 39 * hour, sceneTime - 38 * hour);
  expect(await all.desk.due(never)).toEqual(['digest/2025-11-22']);
});

test('names what else is due where the records of the past cannot be read', async () => {
  const broken = (): never => {
    throw new Error('database disk image is malformed');
  };
  using all = office();
  const history: NonNullable<PageSources['past']>['history'] = {
    ...all.store.history,
    incidents: broken,
    checks: broken,
  };
  const { runs, holds } = all.store;
  const desk = all.again({ store: { history, runs, holds } });
  expect(await desk.due(never)).toEqual(['digest/2025-11-22']);
  const { html, tally } = await desk.write('digest/2025-11-22', never);
  expect(tally).toBe('All well, incidents not known');
  expect(html).toContain('The records of the past cannot be read');
});

test.each([
  '',
  'trend',
  'trend/',
  'trend/../x',
  'trend/marketing/none',
  'incident/0',
  'incident/99',
  'digest/2025-11-20',
  'other/1',
  'canary/<b>',
])('refuses what names nothing: %s', async (ref) => {
  using all = office();
  await expect(all.write(ref)).rejects.toMatchObject({ code: 'E_NO_LETTER', permanent: true });
});

test('no letter refers to anything, runs anything or asks for anything', async () => {
  using all = office({ past: 'year', wantsCanary: () => true });
  all.keep(reportOf());
  const refs = await all.desk.due(never);
  expect(refs.map((ref) => ref.split('/')[0])).toEqual(['canary', 'incident', 'trend', 'digest']);
  for (const ref of refs) {
    const { html } = await all.write(ref);
    expect(html, ref).not.toMatch(/<(?:script|link|img|iframe|form|object|base|a|input|button)[\s>]/i);
    expect(html, ref).not.toMatch(/<[^>]*\s(?:href|src|srcset|action|style|on\w+)=/i);
    expect(html, ref).toContain("default-src 'none'; style-src 'sha256-");
  }
});

test('an outbox seals each of them once, and their owner opens what was written', async () => {
  using all = office({ wantsCanary: () => true });
  all.keep(reportOf());
  using room = openPostRoom({ desk: all.desk, clock: all.clock });
  expect((await room.outbox.sealDue(never)).map(({ ref }) => ref)).toEqual([
    'canary/1',
    'trend/marketing/trend-2025-11-22',
    'digest/2025-11-22',
  ]);
  await room.outbox.deliver(never);
  expect(room.loads.map(({ caption }) => caption)).toEqual([
    'A first report to open. Report #1, sealed.',
    '2 trends. Report #2, sealed.',
    'All well, 0 incidents. Report #3, sealed.',
  ]);
  const opened = await Promise.all(room.loads.map(({ bytes }) => room.open(bytes)));
  expect(opened.map(({ meta }) => meta.name)).toEqual([
    'canary-1.html',
    'trend-marketing-trend-2025-11-22.html',
    'digest-2025-11-22.html',
  ]);
  const written = await all.write('digest/2025-11-22');
  expect(Buffer.from(opened[2]?.body ?? []).toString()).toBe(written.html);
  all.clock.advance(5 * minute);
  expect(await room.outbox.sealDue(never)).toEqual([]);
});
