import { botIdOf, type BotName } from '#holding/telegram/chats.ts';
import {
  beginPairing,
  endPairing,
  mostWrong,
  pairingMs,
  readPairing,
  type Pairing,
} from '#holding/telegram/pairing.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError, usageError } from '#lib/errors.ts';
import { makeFolders } from '#ops/folders.ts';
import { paint } from './command.ts';
import { readSettings, type Settings } from './settings.ts';
import { listenForCode } from './telegram-listen.ts';
import { botNamed, chatNames, settingsOf, transportFor, usernameOf } from './telegram-bots.ts';

const lookEveryMs = 300;

/** Shows a code, and waits until a chat has sent it; to the bot's own process, or to this one where that is not there. */
export async function link(words: readonly string[], signal: AbortSignal): Promise<number> {
  const settings = readSettings();
  const { env, paths } = settings;
  const name = botNamed(words);
  const telegram = settingsOf(name, env);
  if (telegram.chatId !== undefined) throw chatIsSet(name);
  await makeFolders(paths);
  const transport = transportFor(telegram, env);
  const username = await usernameOf(transport, signal);
  const now = systemClock.now();
  const code = await beginPairing(paths, { bot: name, botId: botIdOf(telegram), now });
  process.stdout.write(
    `Send this to https://t.me/${username} within ${pairingMs / 60_000} minutes (press Start first):\n\n` +
      `    ${paint('bold', code)}\n\n`,
  );
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const listening = listenForCode({ name, settings, transport, signal: ending });
  try {
    const chat = await untilTaken(settings, now, signal);
    process.stdout.write(`${paint('green', '✓')} Linked with chat ${chat}. The bot speaks with nobody else.\n`);
    return 0;
  } finally {
    // What it took must be answered and noted before this ends.
    await systemClock.sleep(lookEveryMs, signal).catch(() => {});
    stop.abort();
    await listening;
    await endPairing(paths);
  }
}

function chatIsSet(name: BotName): OmegaError {
  return usageError(
    `${chatNames[name]} is set, and that is the chat.`,
    `Take it out of .env to link by a code, or leave it: there is nothing to link.`,
  );
}

/** @throws OmegaError where the code has come to nothing. */
async function untilTaken({ paths }: Settings, since: number, signal: AbortSignal): Promise<string> {
  for (;;) {
    const pairing: Pairing | null = await readPairing(paths);
    if (pairing === null) throw cameToNothing('Another “link” has begun, or the code was taken away.');
    if (pairing.taken !== null) return pairing.taken;
    if (pairing.wrong >= mostWrong) throw cameToNothing(`${mostWrong} wrong codes were sent to the bot.`);
    if (systemClock.now() >= since + pairingMs) throw cameToNothing('Nobody sent the code in time.');
    await systemClock.sleep(lookEveryMs, signal);
  }
}

function cameToNothing(why: string): OmegaError {
  return new OmegaError(`${why} Nothing was linked.`, {
    code: 'E_NOT_LINKED',
    hint: 'Ask for another code: npm run telegram -- link; npm run telegram -- doctor looks at the bot.',
  });
}
