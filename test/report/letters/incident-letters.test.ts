import { expect, test } from 'vitest';
import { sceneTime } from '../../support/snapshots.ts';
import { breakRedis, hour, minute, never, office } from './desk.ts';

const incidents = (due: readonly string[]): readonly string[] => due.filter((ref) => ref.startsWith('incident/'));

test('is due a little after its end, where it lasted five minutes', async () => {
  using all = office();
  const id = breakRedis(all.store, sceneTime - 6 * minute, sceneTime - minute);
  expect(incidents(await all.desk.due(never))).toEqual([]);
  all.clock.advance(minute);
  expect(incidents(await all.desk.due(never))).toEqual([`incident/${id}`]);
});

test('is not due where it was short', async () => {
  using all = office();
  breakRedis(all.store, sceneTime - hour, sceneTime - 56 * minute);
  expect(incidents(await all.desk.due(never))).toEqual([]);
});

test('is due once while it is open, after two hours, and once more when it is over', async () => {
  using all = office();
  const from = sceneTime - 119 * minute;
  const id = breakRedis(all.store, from, null);
  expect(incidents(await all.desk.due(never))).toEqual([]);
  all.clock.advance(minute);
  expect(incidents(await all.desk.due(never))).toEqual([`incident/${id}/open`]);
  const open = await all.write(`incident/${id}/open`);
  expect(open).toMatchObject({ title: 'Redis has been down for 2 hrs', tally: '1 incident, open for 2 hrs' });
  expect(open.html).toContain('npm run health -- history redis');
  all.store.course.end(id, all.clock.now());
  all.clock.advance(3 * minute);
  expect(incidents(await all.desk.due(never))).toEqual([`incident/${id}`]);
});

test('tells its cause, its course, who had to wait, what was told, and how long it took', async () => {
  using all = office({ language: 'nl' });
  const from = sceneTime - 2 * hour;
  const id = breakRedis(all.store, from, sceneTime - hour);
  all.store.course.setAffected(id, ['queue', 'scheduler']);
  all.store.course.note(id, { at: from + 20_000, kind: 'told', text: 'by telegram: <b>Redis is down' });
  const letter = await all.write(`incident/${id}`);
  expect(letter).toMatchObject({ title: 'Redis had 1 uur een storing', tally: '1 storing, voorbij na 1 uur' });
  for (const told of [
    'No answer within 5 s',
    'Opgemerkt na',
    '12 sec',
    'Voorbij na',
    'Queue',
    'Scheduler',
    'By telegram: &lt;b&gt;Redis is down',
    'Gemeld',
  ])
    expect(letter.html).toContain(told);
  expect(letter.html).not.toContain('Van geen melding is bekend');
});

test('says where nobody was told of it', async () => {
  using all = office();
  const id = breakRedis(all.store, sceneTime - 2 * hour, sceneTime - hour);
  expect((await all.write(`incident/${id}`)).html).toContain('No alert is known to have got through.');
});
