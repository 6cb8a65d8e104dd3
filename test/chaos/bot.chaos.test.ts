import { beforeAll, expect, test } from 'vitest';
import { stormBot, type BotAftermath } from '../support/bot-storm.ts';

let after: BotAftermath;

beforeAll(async () => {
  const { signal } = new AbortController();
  after = await stormBot({ updates: 2000, kills: 20, tell: () => {}, signal });
  process.stdout.write(`the bot under kills: ${JSON.stringify(after)}\n`);
}, 400_000);

test('a poller with updates in its hands was killed, while its calls went wrong', () => {
  expect(after).toMatchObject({ updates: 2000, kills: 20, crashes: 0 });
  expect(after.midWork).toBeGreaterThan(5);
  expect(after.faults).toBeGreaterThan(20);
  expect(after.answersLost).toBeGreaterThan(0);
});

test('nothing that was said is lost', () => {
  expect(after.lost).toBe(0);
});

test('nothing that was said is done twice', () => {
  expect(after.handledTwice).toBe(0);
});

test('an answer comes twice only where a kill or the network swallowed word of the first', () => {
  expect(after.sent).toBeGreaterThan(900);
  expect(after.doubledSends).toBeLessThanOrEqual(after.kills + after.answersLost);
});
