import { expect, test } from 'vitest';
import type { Told } from '#holding/health/check.ts';
import probe from '#holding/health/checks/report-probe.ts';
import { judgeReports } from '#holding/health/checks/reports.ts';
import type { OutboxStanding } from '#holding/report/outbox.ts';
import { hour, inEnglish, noon, outboxStanding, probesOf, stillClock } from '../../support/health.ts';

function judged(change: Partial<OutboxStanding> = {}): Told {
  return inEnglish(judgeReports(outboxStanding(change), noon));
}

test('reports that are sealed, sent and read are well', () => {
  expect(judged()).toEqual({ status: 'ok', reason: '12 sealed, 12 acknowledged' });
});

test('without a key it is not set up, says how many are held back, and asks for one', () => {
  const told = judged({ recipients: 0, heldBack: 3, plaintext: ['digest'] });
  expect(told).toMatchObject({ status: 'off', todo: { command: 'npm run setup' } });
  expect(told.reason).toBe(
    'No key of yours is set, so nothing is sealed; 3 reports held back; unsealed go out: digest',
  );
});

test('until one was acknowledged they are unverified, never well', () => {
  const told = judged({ verified: false, acknowledged: 0 });
  expect(told).toMatchObject({ status: 'warn', reason: expect.stringContaining('Unverified') });
  expect(told.todo?.command).toContain('npm run reports -- ack');
});

test('a dead letter is down without doubt, with the command that sends it again', () => {
  const told = judged({ dead: 1, verified: false });
  expect(told).toMatchObject({ status: 'fail', explicit: true });
  expect(told.todo?.command).toContain('npm run reports -- resend dead');
});

test('a dead letter is told where no key is set as well', () => {
  expect(judged({ dead: 1, recipients: 0 }).status).toBe('fail');
});

test('nothing sealed for longer than a day and a half is a warning, but where digests go out unsealed', () => {
  const lastSealedAt = noon - 37 * hour;
  expect(judged({ lastSealedAt })).toMatchObject({ status: 'warn', reason: 'The last was sealed 37 h ago' });
  expect(judged({ lastSealedAt: null }).status).toBe('warn');
  expect(judged({ lastSealedAt, plaintext: ['digest'] }).status).toBe('ok');
});

test('what was not acknowledged in time is a warning', () => {
  expect(judged({ overdue: 1 })).toMatchObject({
    status: 'warn',
    reason: '1 report sent and not acknowledged in time',
  });
});

test('what keeps all from being sealed is down without doubt, in its own words', () => {
  expect(judged({ fault: 'the ledger was changed' })).toMatchObject({
    status: 'fail',
    explicit: true,
    reason: 'Nothing can be sealed or sent: the ledger was changed',
  });
});

test('a probe that cannot be sealed or opened is down without doubt, with why', async () => {
  const sealProbe = async (): Promise<number> => {
    throw new Error('the key is damaged');
  };
  const context = { clock: stillClock(), signal: new AbortController().signal };
  expect(await probe.run({ ...context, probes: probesOf() })).toMatchObject({ status: 'ok', latencyMs: 12 });
  const told = inEnglish(await probe.run({ ...context, probes: probesOf({ sealProbe }) }));
  expect(told).toMatchObject({ status: 'fail', explicit: true, reason: expect.stringContaining('the key is damaged') });
});
