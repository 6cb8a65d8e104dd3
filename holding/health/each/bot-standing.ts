import type { Translated } from '#lib/language.ts';
import type { BotName } from '../../telegram/chats.ts';
import type { BotState } from '../../telegram/bot-state.ts';
import type { Finding } from '../check.ts';

/** A bot that answers, as its process says. */
export interface HeardBot {
  readonly name: BotName;
  readonly state: BotState;
  /** What is said of it where nothing is wrong. */
  readonly well: Translated;
}

/** What the process of a bot says of itself, as a finding. */
export function judgeBot({ name, state, well }: HeardBot): Finding {
  if (state.state === 'polling') return state.paired ? { status: 'ok', reason: well } : noChat(name);
  const { status, reason, isSure, needsOwner } = troubles[state.state];
  const todo = { what: doctorWords, command: 'npm run telegram -- doctor', minutes: 3 };
  return { status, reason, ...(isSure ? { explicit: true } : {}), ...(needsOwner ? { todo } : {}) };
}

/** It hears nobody: nobody is allowed yet. */
function noChat(name: BotName): Finding {
  const whose = name === 'omega' ? 'Omega' : 'Zwartehand';
  const what = {
    en: `Tell ${whose}’s bot which chat is yours`,
    nl: `Vertel de bot van ${whose} welke chat van jou is`,
  };
  const command = `npm run telegram -- link${name === 'omega' ? '' : ` ${name}`}`;
  return { status: 'warn', reason: unpaired, todo: { what, command, minutes: 2 } };
}

const unpaired = {
  en: 'The bot listens, but knows no chat of yours yet',
  nl: 'De bot luistert, maar kent nog geen chat van jou',
};
const doctorWords = { en: 'See what is wrong with the bot', nl: 'Kijk wat er met de bot mis is' };
const settled = { status: 'fail', isSure: true, needsOwner: true } as const;
const passing = { status: 'fail', isSure: false, needsOwner: false } as const;

/** What each state of a poll but the good one means. */
const troubles = {
  webhook: {
    ...settled,
    reason: {
      en: 'A webhook takes the messages of the bot, so that nobody can ask for them',
      nl: 'Een webhook neemt de berichten van de bot, zodat niemand ze kan ophalen',
    },
  },
  unauthorized: {
    ...settled,
    reason: {
      en: 'Telegram refuses the token of the bot, which listens no more',
      nl: 'Telegram weigert het token van de bot, die niet meer luistert',
    },
  },
  conflict: {
    status: 'warn',
    isSure: false,
    needsOwner: true,
    reason: {
      en: 'Another program asks for the messages of this bot as well',
      nl: 'Een ander programma haalt de berichten van deze bot ook op',
    },
  },
  unreachable: {
    ...passing,
    reason: { en: 'The bot cannot reach Telegram', nl: 'De bot kan Telegram niet bereiken' },
  },
  redis: { ...passing, reason: { en: 'The bot waits for Redis', nl: 'De bot wacht op Redis' } },
  waiting: {
    status: 'unknown',
    isSure: false,
    needsOwner: false,
    reason: {
      en: 'The bot waits for its turn: it has only begun, or another host listens',
      nl: 'De bot wacht op zijn beurt: hij is net begonnen, of een andere machine luistert',
    },
  },
} as const;
