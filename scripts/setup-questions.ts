import { existsSync } from 'node:fs';
import { confirm, isCancel, log, select, spinner } from '@clack/prompts';
import { parseRecipients } from '#holding/report/envelope/recipients.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { readEnv } from '#lib/env.ts';
import { askFor, type Answers } from './setup-ask.ts';
import { transportFor, usernameOf } from './telegram-bots.ts';

/** What a question may look at. */
export interface Asking {
  /** What the file holds now. */
  readonly present: NodeJS.Dict<string>;
  readonly answers: Answers;
  readonly signal: AbortSignal;
}

/** Asks one thing; resolves to what changes, or to a symbol where the owner left. */
export type Question = (asking: Asking) => Promise<Answers | symbol>;

/** In their order; each can be skipped by Enter. */
export const questions: readonly Question[] = [askLanguage, askBot, askTools, askReportKeys, askQuiet, askDayAndNight];

async function askLanguage({ present }: Asking): Promise<Answers | symbol> {
  const language = await select({
    message: '1/6 What do the pages, alerts and reports speak?',
    options: [
      { value: 'nl', label: 'Nederlands' },
      { value: 'en', label: 'English' },
    ],
    initialValue: present['OMEGA_LANGUAGE'] ?? languageOfShell(process.env),
  });
  return isCancel(language) || language === present['OMEGA_LANGUAGE']
    ? orNothing(language)
    : { OMEGA_LANGUAGE: language };
}

/** What Omega speaks as long as none is set; written down it holds for a service too, which has no such shell. */
function languageOfShell({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): string {
  return readEnv({ LC_ALL, LC_MESSAGES, LANG }, '/dev/null').language;
}

async function askBot({ present, signal }: Asking): Promise<Answers | symbol> {
  const given = await askFor('OMEGA_TELEGRAM_BOT_TOKEN', {
    message: '2/6 The token of a Telegram bot for Omega, as @BotFather gives it (Enter: none, or the one that is)',
    isSecret: true,
    present,
  });
  if (typeof given === 'symbol' || Object.keys(given).length === 0) return given;
  await lookAtToken(given, signal);
  return given;
}

/** Telegram is asked who it is; without the internet the token is kept unasked. */
async function lookAtToken(given: Answers, signal: AbortSignal): Promise<void> {
  const looking = spinner();
  looking.start('Asking Telegram who that is');
  try {
    const env = readEnv({ ...process.env, ...given });
    if (env.telegram === undefined) return looking.stop('No bot.');
    const name = await usernameOf(transportFor(env.telegram, env), signal);
    looking.stop(`It is @${name}.`);
  } catch (error) {
    looking.stop(`That could not be found out (${messageOf(error)}): npm run telegram -- doctor looks again.`);
  }
}

function askTools({ present }: Asking): Promise<Answers | symbol> {
  log.info('What the marketing unit looks for stands in its mandate: npm run mandate -- edit marketing');
  return askFor('BRAVE_API_KEY', {
    message: '3/6 A key of Brave Search, for what the web says (https://brave.com/search/api/; Enter: none)',
    isSecret: true,
    present,
  });
}

function askReportKeys({ present }: Asking): Promise<Answers | symbol> {
  log.info(
    'Reports leave this machine sealed for your devices only. Make a key on each: in the reader (/reader/ on the page), or\n' +
      'with npm run reports -- keys make on another machine. A second device keeps you from losing them with the first.',
  );
  return askFor('OMEGA_REPORT_ENCRYPTION_KEY', {
    message: '4/6 Your public keys, omega-rpk1-…, with commas between (Enter: later)',
    isSecret: false,
    present,
    check: keyFault,
  });
}

function keyFault(keys: string): string | undefined {
  try {
    parseRecipients(keys, 'That');
    return undefined;
  } catch (error) {
    if (error instanceof OmegaError) return messageOf(error);
    throw error;
  }
}

async function askQuiet({ present }: Asking): Promise<Answers | symbol> {
  const hours = await askFor('OMEGA_QUIET_HOURS', {
    message: '5/6 When may only what is urgent make a noise? As 23:00-07:30 (Enter: never quiet)',
    isSecret: false,
    present,
  });
  if (typeof hours === 'symbol') return hours;
  const ping = await askFor('OMEGA_PING_URL', {
    message: '    Who hears each minute that this machine lives, such as https://hc-ping.com/… (Enter: nobody)',
    isSecret: true,
    present,
  });
  return typeof ping === 'symbol' ? ping : { ...hours, ...ping };
}

async function askDayAndNight(): Promise<Answers | symbol> {
  const way = existsSync('/run/systemd/system') ? 'systemd' : 'cron';
  const isWanted = await confirm({
    message: `6/6 Shall Omega run day and night from now on? That runs scripts/start_24_7.sh ${way}`,
    initialValue: false,
  });
  if (isCancel(isWanted)) return isWanted;
  return isWanted ? { dayAndNight: way } : {};
}

function orNothing(answer: unknown): Answers | symbol {
  return typeof answer === 'symbol' ? answer : {};
}
