import type { Say, Translated } from '#lib/language.ts';

/** What the owner can ask of a bot: one file in `commands/`. */
export interface Command {
  /** As it is typed after the slash, in lower case. */
  readonly name: string;
  /** What may follow it: `[unit]`. */
  readonly usage?: string;
  readonly summary: Translated;
  /** It changes something: asked too long ago, it is left alone. */
  readonly isDeed?: boolean;
  readonly run: (asked: Asked) => Promise<Reply>;
  /** Does what a button of its asked to be confirmed; its words are those of {@link confirmation}. */
  readonly confirmed?: (asked: Asked) => Promise<Reply>;
}

/** One time that it is asked. */
export interface Asked {
  /** What stood behind the command. */
  readonly words: readonly string[];
  /** The one name of whatever comes of it, so that it happens once, however often it is handled. */
  readonly id: string;
  readonly say: Say;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** What a bot answers: HTML in which whatever others wrote is escaped. */
export interface Reply {
  readonly html: string;
  readonly buttons?: readonly Button[];
}

/** A button under a message. */
export interface Button {
  readonly text: string;
  readonly callback_data: string;
}

/** A button that asks to be sure counts for so long. */
export const confirmMs = 60_000;

/** As many bytes as Telegram brings back of a button. */
const mostData = 64;

/** Presses on these mean: do it, and: leave it. */
const yes = 'c';
const no = 'n';

/** Two buttons: do what is named by these words, or leave it. Null where they are too long for one. */
export function confirmation(command: string, words: readonly string[], { say, now }: Asked): readonly Button[] | null {
  const until = Math.round((now + confirmMs) / 1000).toString(36);
  const data = [yes, command, until, ...words].join(':');
  if (Buffer.byteLength(data) > mostData) return null;
  return [
    { text: say({ en: 'Yes, do it', nl: 'Ja, doen' }), callback_data: data },
    { text: say({ en: 'No', nl: 'Nee' }), callback_data: no },
  ];
}

/** What a press on one of those means. Null: it is none of them. */
export function readConfirmation(
  data: string,
): { readonly command: string; readonly untilMs: number; readonly words: readonly string[] } | 'no' | null {
  if (data === no) return 'no';
  const [kind, command, until, ...words] = data.split(':');
  if (kind !== yes || command === undefined || until === undefined || !/^[0-9a-z]{1,9}$/.test(until)) return null;
  return { command, untilMs: Number.parseInt(until, 36) * 1000, words };
}
