import { systemClock } from '#lib/clock.ts';
import { createInbox, type Inbox } from '#queue/inbox.ts';
import { stormJob, stormSecondMs, type StormOrders } from './bot-storm-job.ts';
import { faultKinds } from './fake-bot-api/faults.ts';
import { hire } from './bot-storm-poller.ts';
import { startFakeBotApi, type FakeBot, type FakeBotApi, type Person } from './fake-bot-api.ts';
import { openRig, type Rig } from './queue.ts';
import { startRedis } from './redis.ts';

/** What a storm did, and what it left behind. */
export interface BotAftermath {
  readonly updates: number;
  readonly kills: number;
  /** Kills of a poller that had updates in its hands. */
  readonly midWork: number;
  /** Messages of the bot that Telegram took, and the bot never heard so. */
  readonly answersLost: number;
  /** Calls that went wrong in one way or another. */
  readonly faults: number;
  /** Said by a person, and nothing came of it. */
  readonly lost: number;
  /** More than once something came of it. */
  readonly handledTwice: number;
  /** Messages of the bot. */
  readonly sent: number;
  readonly doubledSends: number;
  /** Ends of the poller that nobody brought about. */
  readonly crashes: number;
}

export interface BotStormOptions {
  readonly updates: number;
  readonly kills: number;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
  /** Of the faults. */
  readonly seed?: number;
}

const chanceOfFault = 0.06;
/** Of a poller, from when it polls to its kill. */
const longestLifeMs = 400;
const strangers = 3;
const settleMs = 180_000;
const tellEvery = 25;

/** People talk to a bot whose poller is killed again and again, while its calls go wrong in every way that there is. */
export async function stormBot(options: BotStormOptions): Promise<BotAftermath> {
  await using redis = await startRedis({ durable: true });
  await using rig = openRig(redis.target, [stormJob]);
  await rig.work();
  await using api = await startFakeBotApi({ secondMs: stormSecondMs });
  const bot = api.bot();
  const owner = bot.person('Owner');
  const people = [owner, ...Array.from({ length: strangers }, (_, index) => bot.person(`Stranger ${index}`))];
  const { prefix } = rig.queues;
  const inbox = createInbox({ redis: rig.redis, prefix, botId: bot.id });
  const orders = { redis: redis.target, prefix, root: api.root, token: bot.token, owner: owner.id };
  api.faults.byChance({ seed: options.seed ?? 6, chance: chanceOfFault, kinds: faultKinds });
  const storm: Storm = { ...options, api, bot, rig, inbox, orders, people, said: [] };
  const { midWork, crashes } = await killAgainAndAgain(storm);
  return { ...figuresOf(storm), midWork, crashes };
}

interface Storm extends BotStormOptions {
  readonly api: FakeBotApi;
  readonly bot: FakeBot;
  readonly rig: Rig;
  readonly inbox: Inbox;
  readonly orders: StormOrders;
  readonly people: readonly Person[];
  readonly said: string[];
}

async function killAgainAndAgain(storm: Storm): Promise<{ midWork: number; crashes: number }> {
  const { kills, updates, inbox, tell, signal } = storm;
  let midWork = 0;
  let crashes = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const poller = hire(storm.orders);
    try {
      await poller.works;
      talk(storm, Math.ceil(updates / kills));
      await systemClock.sleep(Math.random() * longestLifeMs, signal);
    } finally {
      if (!(await poller.kill())) crashes += 1;
    }
    if ((await inbox.next(new Set())) !== null) midWork += 1;
    if ((kill + 1) % tellEvery === 0) tell(`${kill + 1} kills, ${storm.said.length} updates`);
  }
  const last = hire(storm.orders);
  try {
    await untilQuiet(storm);
  } finally {
    if (!(await last.kill())) crashes += 1;
  }
  return { midWork, crashes };
}

/** Everybody in turn, but half of it the owner. */
function talk({ people, said, updates }: Storm, count: number): void {
  for (let one = 0; one < count && said.length < updates; one += 1) {
    const text = `message ${said.length}`;
    const who = said.length % 2 === 0 ? 0 : 1 + (Math.floor(said.length / 2) % strangers);
    people[who]?.says(text);
    said.push(text);
  }
}

/** Until all that was said is handled and nothing waits, or it takes too long: then something was lost. */
async function untilQuiet({ bot, inbox, rig, said, signal }: Storm): Promise<void> {
  const deadline = performance.now() + settleMs;
  while (performance.now() < deadline) {
    const isQuiet = bot.pending() === 0 && (await inbox.next(new Set())) === null;
    if (isQuiet && new Set(rig.did).size >= said.length) return;
    await systemClock.sleep(100, signal);
  }
}

function figuresOf({ kills, said, rig, api, people: [owner] }: Storm): Omit<BotAftermath, 'midWork' | 'crashes'> {
  const done = new Set(rig.did);
  return {
    updates: said.length,
    kills,
    answersLost: api.counts.answersLost(),
    faults: api.counts.faulty(),
    lost: said.filter((text) => !done.has(text)).length,
    handledTwice: rig.did.length - done.size,
    sent: owner?.sees().length ?? 0,
    doubledSends: api.counts.doubles(),
  };
}
