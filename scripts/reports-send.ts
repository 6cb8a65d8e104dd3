import { z } from 'zod';
import { OmegaError, usageError } from '#lib/errors.ts';
import { performIn } from './bot-jobs.ts';
import { printJson } from './command.ts';
import { openQueueClient } from './construct.ts';
import { requireNoMore, seqOf, type Use } from './reports-by-hand.ts';

/** Has the worker do something with its outbox, which nobody else writes; resolves to what came of it. @throws OmegaError */
export async function sendJob(input: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown> {
  await using client = await openQueueClient();
  const end = await performIn(client.queues)('report-send', input, {
    id: `manual-report-send-${crypto.randomUUID()}`,
    signal,
  });
  if (end.state === 'done') return end.result;
  if (end.state === 'failed')
    throw new OmegaError('The job report-send failed.', {
      code: 'E_REPORT_SEND',
      hint: 'npm run jobs -- history report-send says why.',
    });
  throw new OmegaError('The job report-send waits: no worker has taken it yet.', {
    code: 'E_NO_WORKER',
    hint: 'npm run status shows what runs.',
    exitCode: 75,
  });
}

/** Puts a report, or all dead ones, back on their way. */
export async function resend({ words, values: { json }, signal }: Use): Promise<void> {
  requireNoMore(words, 1);
  const [word] = words;
  const input = word === 'dead' ? { do: 'resend-dead' } : { do: 'resend', seq: seqOf(word) };
  const result = await sendJob(input, signal);
  if (json) return printJson(result);
  const { accepted } = z.object({ accepted: z.int() }).parse(result);
  process.stdout.write(accepted > 0 ? `✓ sent: ${accepted}\n` : 'It is on its way: npm run reports -- list --sealed\n');
}

const outcomes = {
  acknowledged: '✓ noted: it was opened',
  already: '✓ it was opened before',
  'wrong-code': 'That is not its code: the reader shows it below the report.',
  'no-report': 'There is no sealed report of that number.',
  'too-many-tries': 'Too many wrong codes: try again in an hour.',
} as const;

/** Notes that a report was opened, by the code that the reader shows: what `/ack` tells the bot. 1 where it is wrong. */
export async function acknowledge({ words, values: { json }, signal }: Use): Promise<number> {
  requireNoMore(words, 2);
  const [word, code] = words;
  const seq = seqOf(word);
  if (code === undefined) throw usageError('Which code?', 'npm run reports -- ack N CODE, as the reader shows it.');
  const Acked = z.object({ ack: z.enum(['acknowledged', 'already', 'wrong-code', 'no-report', 'too-many-tries']) });
  const { ack } = Acked.parse(await sendJob({ do: 'ack', seq, code }, signal));
  if (json) printJson({ seq, ack });
  else process.stdout.write(`${outcomes[ack]}\n`);
  return ack === 'acknowledged' || ack === 'already' ? 0 : 1;
}
