import { z } from 'zod';
import { pollUpdates } from '#holding/telegram/poll.ts';
import { silentLog } from '#lib/log.ts';
import { connect } from '#queue/connection.ts';
import { createInbox } from '#queue/inbox.ts';
import { createLease } from '#queue/lease.ts';
import { createPace } from '#queue/pace.ts';
import { openQueues } from '#queue/queues.ts';
import { StormOrders, stormJob, stormTimes } from '../bot-storm-job.ts';
import type { TestOmega } from '../queue.ts';
import { quickClock, transportTo } from '../telegram.ts';

/**
 * Polls until it is killed: `node bot-poller.ts ORDERS`. Each message becomes a job, and its owner has an answer; others
 * have none. Tells its parent when it polls.
 */
const { redis: target, prefix, root, token, owner } = StormOrders.parse(JSON.parse(process.argv[2] ?? ''));
const redis = connect(target, { patience: 'prompt', log: silentLog });
const queues = openQueues<TestOmega>({ jobs: [stormJob], redis, prefix });
const transport = transportTo(
  { root },
  { token },
  { pace: createPace({ redis, prefix, scale: 0.001 }), patienceMs: 1500 },
);
const Message = z.object({ message: z.object({ text: z.string(), from: z.object({ id: z.int() }) }) });

const poll = pollUpdates({
  transport,
  lease: createLease({ redis, prefix }),
  inbox: createInbox({ redis, prefix, botId: transport.botId }),
  clock: quickClock(0.02),
  log: silentLog,
  signal: new AbortController().signal,
  times: stormTimes,
  tell: ({ state }) => process.send?.({ state }),
  onUpdate: async ({ id, update }, signal) => {
    const { text, from } = Message.parse(update).message;
    await queues.enqueue(stormJob.name, { text }, { id: `tg-${id}` });
    if (from.id !== owner) return;
    await transport.call('sendMessage', { chat_id: owner, text: `heard ${text}` }, { signal });
  },
});
await poll.over;
process.exit(1); // Only a kill should end it.
