import { expect, test } from 'vitest';
import { finding, hour, lookRepeatedly, minute, noon, openHealth, plainRule, scripted } from '../../support/health.ts';
import { second, stillClock, temporaryFolder, type Script } from '../../support/health.ts';

const never = new AbortController().signal;

test('what is late is late at its first look, since its deadline', () => {
  const deadline = noon + 20 * second;
  const { flips } = lookRepeatedly(['ok', finding('late', { since: deadline })]);
  expect(flips.at(-1)).toMatchObject({ from: 'up', to: 'late', at: deadline });
});

test('a fail past its grace makes what was late down, since the end of the grace', () => {
  const late = lookRepeatedly(['ok', finding('late', { since: noon + 20 * second })]).memory;
  const { flips } = lookRepeatedly([finding('fail', { since: noon + 80 * second })], { memory: late });
  expect(flips).toMatchObject([{ from: 'late', to: 'down', at: noon + 80 * second }]);
});

test('what was late is down at its first fail and up at its first ok', () => {
  const late = lookRepeatedly(['ok', 'late']).memory;
  expect(lookRepeatedly(['fail'], { memory: late }).memory.state).toBe('down');
  expect(lookRepeatedly(['ok'], { memory: late }).memory.state).toBe('up');
});

test('what is read from records is up again at once, though it was down', () => {
  const down = lookRepeatedly(['ok', finding('fail', { since: noon })]).memory;
  const { flips } = lookRepeatedly([finding('ok', { since: noon + 90 * second })], { memory: down });
  expect(flips).toMatchObject([{ from: 'down', to: 'up', at: noon + 90 * second }]);
});

test('a deadline dates nothing before the state that it follows, nor into the future', () => {
  const before = lookRepeatedly(['ok', finding('late', { since: noon - hour })]);
  expect(before.flips.at(-1)?.at).toBe(noon);
  const after = lookRepeatedly(['ok', finding('late', { since: noon + hour })]);
  expect(after.flips.at(-1)?.at).toBe(noon + minute);
});

test('time that was unknown is not called well afterwards, whatever the records say', () => {
  const { flips } = lookRepeatedly(['ok', 'unknown', finding('ok', { since: noon + 80 * second })]);
  expect(flips.at(-1)).toMatchObject({ from: 'unknown', to: 'up', at: noon + 2 * minute });
});

test('the next look is at the deadline where that comes first, never at one that has passed', () => {
  const at = (nextAt: number): number => lookRepeatedly([finding('ok', { nextAt })]).memory.nextAt;
  expect(at(noon + 7 * second)).toBe(noon + 7 * second);
  expect(at(noon + hour)).toBe(noon + minute);
  expect(at(noon - second)).toBe(noon + minute);
  expect(lookRepeatedly(['ok'], { rule: plainRule }).memory.nextAt).toBe(noon + minute);
});

test('a deadline that passed while the monitor was off is judged at its first beat, since the deadline', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  const script: Script = { disk: 'ok' };
  const checks = [scripted('disk', script, { everyMs: 24 * hour })];
  {
    using bench = openHealth(folder.path, { clock, checks });
    await bench.health.beat(never);
  }
  clock.advance(hour);
  script['disk'] = { status: 'fail', reason: 'It did not report', since: noon + 10 * minute };
  using bench = openHealth(folder.path, { clock, checks });
  const { flips } = await bench.health.beat(never);
  expect(flips.map(({ to, at }) => [to, at - noon])).toEqual([
    ['unknown', 0],
    ['down', 10 * minute],
  ]);
});

test('at each start everything is looked at, however soon after the end before', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  const checks = [scripted('disk', {}, { everyMs: 24 * hour })];
  {
    using bench = openHealth(folder.path, { clock, checks });
    await bench.health.beat(never);
  }
  clock.advance(second);
  using bench = openHealth(folder.path, { clock, checks });
  expect((await bench.health.beat(never)).checked).toBe(1);
});
