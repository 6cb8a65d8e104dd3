import { z } from 'zod';
import { defineJob } from './omega.ts';

const minuteMs = 60_000;

const Input = z
  .object({
    do: z.enum(['send', 'ack', 'resend', 'resend-dead', 'rotate', 'canary']).default('send'),
    seq: z.int().optional(),
    code: z.string().max(40).optional(),
  })
  .refine(({ do: what, seq }) => seq !== undefined || !['ack', 'resend'].includes(what), 'seq is missing')
  .refine(({ do: what, code }) => code !== undefined || what !== 'ack', 'code is missing');

/** Seals the reports that are due and brings them; all else that is written into their ledger is done here too. */
export default defineJob({
  name: 'report-send',
  summary: 'Seals reports and sends them; notes which were opened',
  schedule: { cron: '*/5 * * * *', windowMs: 60 * minuteMs },
  input: Input,
  policy: {
    queue: 'report',
    timeoutMs: 10 * minuteMs,
    attempts: 3,
    backoffMs: 5000,
    maxStarts: 20, // It may be near a death of the worker without being its cause; what was not sent is sent again.
    overlap: 'allow', // Each one has something of its own to do, and its queue runs one at a time.
  },
  async run({ do: what, seq = 0, code = '' }, { omega: { outbox }, signal, log, enqueue, clock, scheduledAt }) {
    if (what === 'rotate') return { epoch: await outbox.rotate(signal) };
    if (what === 'resend') log(`Reports put back on their way: ${outbox.resend(seq)}`);
    if (what === 'resend-dead') log(`Reports put back on their way: ${outbox.resend('dead')}`);
    const ack = what === 'ack' ? outbox.acknowledge({ seq, code }) : null;
    const [sealing] = await Promise.allSettled([
      what === 'send' ? outbox.sealDue(signal) : what === 'canary' ? sealCanary() : [],
    ]);
    const { accepted, waiting, dead, nextTryAt } = await outbox.deliver(signal);
    if (sealing.status === 'rejected') throw sealing.reason; // What was sealed before has gone all the same.
    const sealed = sealing.value;
    log(`Sealed ${sealed.length}, sent ${accepted}; ${waiting} wait${ack === null ? '' : `; report ${seq}: ${ack}`}`);

    const nextTick = (Math.floor(clock.now() / (5 * minuteMs)) + 1) * 5 * minuteMs;
    if (nextTryAt !== null && nextTryAt < nextTick) {
      // A second, one id: runs that come at once ask for the same next one, or there were more of them at each tick.
      const at = Math.ceil(Math.max(clock.now() + 1000, nextTryAt) / 1000);
      await enqueue('report-send', {}, { id: `retry-${at}`, delayMs: at * 1000 - clock.now(), reason: 'event' });
    }
    if (sealed.length + accepted + dead > 0 || ack === 'acknowledged')
      await enqueue('heartbeat', { news: true }, { reason: 'event' }); // So that the page shows it at once.
    return { sealed: sealed.length, accepted, waiting, dead, ...(ack === null ? {} : { ack }) };

    async function sealCanary() {
      return [await outbox.sealRef(`canary/${new Date(scheduledAt).toISOString()}`, signal)];
    }
  },
});
