import { z } from 'zod';
import { defineJob } from './omega.ts';

const Input = z.discriminatedUnion('do', [
  z.object({ do: z.literal('pause') }),
  z.object({ do: z.literal('resume') }),
  z.object({ do: z.literal('approve'), unit: z.string().max(64), hash: z.string().max(64) }),
  z.object({ do: z.literal('quiet'), check: z.string().max(64), span: z.enum(['hour', 'morning']) }),
  z.object({ do: z.literal('seen'), alert: z.int() }),
]);

/** Does what the owner asked of the bot, once for each time that it was asked. */
export default defineJob({
  name: 'bot-command',
  summary: 'Does what you asked of the bot',
  schedule: null,
  input: Input,
  policy: { queue: 'system', timeoutMs: 20_000, attempts: 3, overlap: 'allow' },
  async run(input, { omega: { deeds }, scheduledAt, enqueue }) {
    if (input.do === 'seen') return deeds.seen(input.alert, scheduledAt);
    if (input.do === 'approve') return deeds.approve(input.unit, input.hash);
    if (input.do === 'quiet') return { until: await deeds.quiet(input.check, input.span, scheduledAt) };
    await deeds[input.do]();
    await enqueue('heartbeat', { news: true }, { reason: 'event' }); // So that the page shows it at once.
    return input.do;
  },
});
