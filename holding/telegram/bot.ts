import { sayIn, type Language, type Say } from '#lib/language.ts';
import type { Clock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import type { AlertPress } from './alert-press.ts';
import { readConfirmation, type Asked, type Command, type Reply } from './command.ts';
import { plainToo } from './commands/help.ts';
import { readIncoming, type Incoming, type Pressed, type Said } from './incoming.ts';
import type { KeptUpdate } from './needs.ts';
import type { TryCode } from './pairing.ts';
import { readQuestion } from './questions.ts';
import { createVoice, type Voice } from './speak.ts';
import { escapeHtml } from './split.ts';
import type { BotTransport } from './transport.ts';

/** What a bot understands. */
export interface BotTalk {
  readonly commands: readonly Command[];
  readonly lastReport: (asked: Asked) => Promise<Reply>;
  readonly alertPress: AlertPress;
}

export interface BotOptions extends BotTalk {
  readonly transport: BotTransport;
  /** The one chat, and the one person, that it speaks with; null: none is known yet. */
  readonly chat: () => string | null;
  readonly tryCode: TryCode;
  readonly language: Language;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** Answers its owner, and nobody else. */
export interface Bot {
  readonly handle: (update: KeptUpdate, signal: AbortSignal) => Promise<void>;
  /** Answers the code of a pairing, and nothing else. */
  readonly pair: (update: KeptUpdate, signal: AbortSignal) => Promise<void>;
  /** Tells the owner that something could not be answered. */
  readonly giveUp: (update: KeptUpdate, signal: AbortSignal) => Promise<void>;
  /** Shows its commands in the owner's app, in each language. */
  readonly register: (signal: AbortSignal) => Promise<void>;
  /** Messages of people whom it does not know. */
  readonly strangers: () => number;
}

/** What asks for a deed and was written longer ago is left alone: nobody expects it any more. */
const oldMs = 10 * 60_000;

export function createBot(options: BotOptions): Bot {
  const talk: Talk = { ...options, say: sayIn(options.language), voice: createVoice(options) };
  let strangers = 0;
  const isOwner = ({ from, chat, isPrivate }: Incoming): boolean =>
    isPrivate && from === chat && chat === options.chat();
  return {
    strangers: () => strangers,
    register: (signal) => register(talk, signal),
    handle: async ({ id, update }, signal) => {
      const incoming = readIncoming(update);
      if (incoming === null) return;
      const turn = { talk, id: `tg-${id}`, signal };
      if (await pairs(incoming, turn)) return;
      if (!isOwner(incoming)) strangers += 1;
      else await (incoming.kind === 'said' ? answer(incoming, turn) : press(incoming, turn));
    },
    pair: async ({ id, update }, signal) => {
      const incoming = readIncoming(update);
      if (incoming !== null) await pairs(incoming, { talk, id: `tg-${id}`, signal });
    },
    giveUp: async ({ update }, signal) => {
      const incoming = readIncoming(update);
      if (incoming === null || !isOwner(incoming)) return;
      await talk.voice.say({ html: talk.say(gaveUp) }, incoming.chat, signal);
    },
  };
}

interface Talk extends BotOptions {
  readonly say: Say;
  readonly voice: Voice;
}

interface Turn {
  readonly talk: Talk;
  readonly id: string;
  readonly signal: AbortSignal;
}

const gaveUp = {
  en: '❌ That could not be answered. On the machine: <code>npm run logs -- bridge</code>',
  nl: '❌ Daar kon ik geen antwoord op geven. Op de machine: <code>npm run logs -- bridge</code>',
};

/** Whether it was the code of a pairing that goes on; whoever knows it becomes the owner. */
async function pairs(incoming: Incoming, turn: Turn): Promise<boolean> {
  const { talk, signal } = turn;
  if (incoming.kind !== 'said' || !incoming.isPrivate || incoming.from !== incoming.chat) return false;
  if (!(await talk.tryCode(incoming.text, incoming.chat, talk.clock.now()))) return false;
  await talk.voice.say({ html: talk.say(welcome) }, incoming.chat, signal);
  return true;
}

const welcome = {
  en: '✅ Linked: from now on I speak with you here, and with nobody else. /help shows what you can ask.',
  nl: '✅ Gekoppeld: vanaf nu praat ik hier met jou, en met niemand anders. /help laat zien wat je kunt vragen.',
};

async function answer(said: Said, turn: Turn): Promise<void> {
  await turn.talk.voice.say(await replyTo(said, turn), said.chat, turn.signal);
}

async function replyTo({ text, at }: Said, { talk, id, signal }: Turn): Promise<Reply> {
  const { say, clock, commands, lastReport } = talk;
  const asked = { words: [], id, say, now: clock.now(), signal };
  const commandNamed = (name: string): Command | undefined => commands.find((one) => one.name === name);
  const typed = /^\/(\w{1,32})(?:@\w+)?(?:\s+(.*))?$/su.exec(text);
  if (typed === null) {
    const question = readQuestion(text);
    if (question === 'last-report') return lastReport(asked);
    return (await commandNamed(question ?? '')?.run(asked)) ?? { html: say(plainToo) };
  }
  const name = (typed[1] ?? '').toLowerCase();
  const command = commandNamed(name === 'start' ? 'help' : name);
  if (command === undefined) return { html: say(unknown(name)) };
  if (command.isDeed === true && asked.now - at > oldMs) return { html: say(tooOld(text)) };
  return command.run({ ...asked, words: (typed[2] ?? '').split(/\s+/).filter((word) => word !== '') });
}

function unknown(name: string): { en: string; nl: string } {
  return {
    en: `There is no /${name}. /help shows what there is.`,
    nl: `/${name} bestaat niet. /help laat zien wat er is.`,
  };
}

function tooOld(text: string): { en: string; nl: string } {
  const what = escapeHtml(text.slice(0, 100));
  return {
    en: `“${what}” came more than ten minutes late, so nothing was done. Send it again if you still want it.`,
    nl: `“${what}” kwam meer dan tien minuten te laat, dus er is niets gedaan. Stuur het opnieuw als je het nog wilt.`,
  };
}

/**
 * The phone shows that it waits until the press was heard; one that waited too long is done all the same. What the same
 * question asks for bears its name, so that pressing twice does it once.
 */
async function press(pressed: Pressed, turn: Turn): Promise<void> {
  const { talk, signal } = turn;
  await talk.voice.heard(pressed.query, signal);
  const isFirst = await talk.voice.takeButtons(pressed, signal);
  if (!isFirst && readConfirmation(pressed.data) === 'no') return; // It was decided already.
  await talk.voice.say(await replyToPress(pressed, turn), pressed.chat, signal);
}

async function replyToPress({ data, message }: Pressed, { talk, id, signal }: Turn): Promise<Reply> {
  const { say, clock, commands, alertPress } = talk;
  const asked = { words: [], id, say, now: clock.now(), signal };
  const confirmed = readConfirmation(data);
  if (confirmed === 'no') return { html: say({ en: 'Nothing was done.', nl: 'Er is niets gedaan.' }) };
  if (confirmed === null) return (await alertPress(data, asked)) ?? { html: say(oldButton) };
  if (asked.now > confirmed.untilMs) return { html: say(expired(confirmed.command)) };
  const command = commands.find(({ name }) => name === confirmed.command);
  const once = { ...asked, id: `tg-${talk.transport.botId}-${message}`, words: confirmed.words };
  return (await command?.confirmed?.(once)) ?? { html: say(oldButton) };
}

const oldButton = { en: 'That button does nothing any more.', nl: 'Die knop doet niets meer.' };

function expired(command: string): { en: string; nl: string } {
  return {
    en: `That button was good for a minute and does nothing any more. Ask again: /${escapeHtml(command)}`,
    nl: `Die knop gold een minuut en doet nu niets meer. Vraag het opnieuw: /${escapeHtml(command)}`,
  };
}

async function register({ transport, commands, language }: Talk, signal: AbortSignal): Promise<void> {
  for (const code of ['', 'en', 'nl'] as const) {
    const say = sayIn(code === '' ? language : code);
    const listed = commands.map(({ name, summary }) => ({ command: name, description: say(summary) }));
    await transport.call(
      'setMyCommands',
      { commands: listed, ...(code === '' ? {} : { language_code: code }) },
      { signal },
    );
  }
}
