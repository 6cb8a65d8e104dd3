import { expect, test } from 'vitest';
import type { Told } from '#holding/health/check.ts';
import { judgeBot } from '#holding/health/each/bot-standing.ts';
import { judgeZwartehand } from '#holding/health/each/zwartehand-check.ts';
import type { BotState } from '#holding/telegram/bot-state.ts';
import { botState, inEnglish } from '../../support/health.ts';

const well = { en: 'well', nl: 'goed' };
function judged(change: Partial<BotState>): Told {
  return inEnglish(judgeBot({ name: 'zwartehand', state: botState(change), well }));
}

test('one that nothing is heard of is never green', () => {
  expect(judgeZwartehand(null, false).status).toBe('off');
  expect(judgeZwartehand(null, true)).toMatchObject({ status: 'unknown', todo: { minutes: 2 } });
});

test('one that runs here and listens to its owner is well', () => {
  expect(inEnglish(judgeZwartehand(botState(), true))).toEqual({ status: 'ok', reason: 'Runs here and listens' });
});

test('one that knows no chat asks to be paired', () => {
  expect(judged({ paired: false })).toMatchObject({
    status: 'warn',
    todo: { command: 'npm run telegram -- link zwartehand' },
  });
});

test.each([
  ['webhook', 'fail'],
  ['unauthorized', 'fail'],
  ['unreachable', 'fail'],
  ['redis', 'fail'],
  ['conflict', 'warn'],
  ['waiting', 'unknown'],
] as const)('a bot whose process says %s is %s', (state, status) => {
  expect(judged({ state }).status).toBe(status);
});
