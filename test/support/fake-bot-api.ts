import { once } from 'node:events';
import { createServer } from 'node:http';
import { newBot, type BotState } from './fake-bot-api/bot.ts';
import { startCounting, type Counts } from './fake-bot-api/counts.ts';
import { planFaults, type Faults } from './fake-bot-api/faults.ts';
import { limitTo } from './fake-bot-api/limits.ts';
import { newGroup, newPerson, type Group, type Person } from './fake-bot-api/person.ts';
import { serve, type Api, type AskedCall } from './fake-bot-api/serve.ts';

export type { FaultKind } from './fake-bot-api/faults.ts';
export type { Group, Person } from './fake-bot-api/person.ts';

/** Telegram's Bot API on loopback, as it behaves and misbehaves. */
export interface FakeBotApi extends AsyncDisposable {
  readonly root: string;
  readonly bot: (options?: { readonly username?: string; readonly firstName?: string }) => FakeBot;
  /** Calls in order, those that went wrong too. */
  readonly asked: AskedCall[];
  readonly faults: Faults;
  readonly counts: Counts;
}

/** A bot that BotFather made, and those whom it speaks with. */
export interface FakeBot {
  readonly id: string;
  readonly token: string;
  readonly username: string;
  /** By language; the empty one is for all others. */
  readonly commands: BotState['commands'];
  webhook: string;
  /** Telegram has updates that were not confirmed. */
  readonly pending: () => number;
  readonly person: (name?: string, id?: number) => Person;
  readonly group: (title?: string) => Group;
  readonly revoke: () => void;
  /** As after a quiet week: the next update has any number. */
  readonly renumber: (next: number) => void;
}

export interface FakeBotApiOptions {
  /** How long a second of Telegram's is, for whoever does not want to wait as long. */
  readonly secondMs?: number;
  /** One message a second in a chat, thirty in all. */
  readonly isLimited?: boolean;
  readonly mostFileBytes?: number;
}

export async function startFakeBotApi(options: FakeBotApiOptions = {}): Promise<FakeBotApi> {
  const { secondMs = 1000, isLimited = false, mostFileBytes = 50 * 1024 * 1024 } = options;
  const counter = startCounting();
  const faults = planFaults();
  const bots = new Map<string, BotState>();
  const api: Api = { secondMs, mostFileBytes, bots, asked: [], faults, counter, limits: new Map() };
  const server = createServer((request, response) => void serve(api, request, response)).listen(0, '127.0.0.1');
  server.requestTimeout = 0;
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    root: `http://127.0.0.1:${port}`,
    bot: (bot) => register(api, newBot(bot), isLimited),
    asked: api.asked,
    faults,
    counts: counter,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function register({ bots, limits, secondMs, counter }: Api, bot: BotState, isLimited: boolean): FakeBot {
  bots.set(bot.token, bot);
  limits.set(bot, isLimited ? limitTo(secondMs, counter.turnAway) : () => {});
  return {
    id: String(bot.id),
    token: bot.token,
    username: bot.username,
    commands: bot.commands,
    get webhook() {
      return bot.webhook;
    },
    set webhook(url) {
      bot.webhook = url;
    },
    pending: () => bot.updates.length,
    person: (name, id) => newPerson(bot, name, id),
    group: (title) => newGroup(bot, title),
    revoke: () => (bot.isRevoked = true),
    renumber: (next) => (bot.nextUpdateId = next),
  };
}
