import { parseArgs, styleText, type ParseArgsConfig } from 'node:util';
import { messageOf, OmegaError, usageError } from '#lib/errors.ts';
import { redact } from '#lib/log.ts';

/** A command of the owner's: what `--help` shows, and what it does. */
export interface Command<Options extends NonNullable<ParseArgsConfig['options']>> {
  /** As it is typed: `npm run status`. */
  readonly name: string;
  readonly summary: string;
  /** Lines of help: each usage or option with what it does. */
  readonly help: readonly (readonly [usage: string, does: string])[];
  readonly options: Options;
  /** It goes on when whoever read along has gone (`| head`, a closed window); else it ends then. */
  readonly outlivesReader?: boolean;
  /** Resolves to the exit code; nothing means 0. Aborted by Ctrl-C and TERM. */
  readonly run: (call: Call<Options>) => Promise<number | void>;
}

/** One call of a command. */
export interface Call<Options extends NonNullable<ParseArgsConfig['options']>> {
  readonly values: ReturnType<typeof parseArgs<{ options: Options; allowPositionals: true }>>['values'];
  readonly positionals: readonly string[];
  readonly signal: AbortSignal;
}

/** Runs a command to its end: help, wrong use, Ctrl-C, a reader that has gone, one clear error, and the exit code. */
export async function runCommand<Options extends NonNullable<ParseArgsConfig['options']>>(
  command: Command<Options>,
): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new OmegaError('Stopped by you.', { code: 'E_INTERRUPTED' }));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let isUnread = false;
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    if (command.outlivesReader === true) return;
    isUnread = true;
    onSignal();
  };
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onOutputError);
  try {
    const call = parse(command);
    process.exitCode =
      call === 'help' ? showHelp(command) : ((await command.run({ ...call, signal: stop.signal })) ?? 0);
  } catch (error) {
    process.exitCode = isUnread ? 0 : stop.signal.aborted ? 130 : showError(error);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function parse<Options extends NonNullable<ParseArgsConfig['options']>>(
  command: Command<Options>,
): Omit<Call<Options>, 'signal'> | 'help' {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) return 'help';
  try {
    return parseArgs({ args, options: command.options, allowPositionals: true });
  } catch (error) {
    const [what = ''] = messageOf(error).split(/\. /); // What follows is Node's advice, which is not ours to give.
    throw usageError(what.endsWith('.') ? what : `${what}.`, `${command.name} -- --help shows what it takes.`);
  }
}

function showHelp<Options extends NonNullable<ParseArgsConfig['options']>>(command: Command<Options>): number {
  const width = Math.max(...command.help.map(([usage]) => usage.length), 0);
  const lines = command.help.map(([usage, does]) => `  ${usage.padEnd(width)}  ${does}`);
  process.stdout.write([`${paint('bold', command.name)}: ${command.summary}`, ...lines, ''].join('\n'));
  return 0;
}

/** Prints what happened, why, and what to do, on standard error; returns the exit code. */
export function showError(thrown: unknown, secrets: readonly string[] = []): number {
  const hint = thrown instanceof OmegaError ? thrown.hint : undefined;
  const lines = [
    `${paint('red', '✗', process.stderr)} ${plain(messageOf(thrown))}`,
    ...(hint === undefined ? [] : [`  → ${plain(hint)}`]),
  ];
  process.stderr.write(`${redact(lines.join('\n'), secrets)}\n`);
  return thrown instanceof OmegaError ? thrown.exitCode : 1;
}

/** What somebody else wrote, for a terminal: nothing of it steers the terminal or cannot be seen. Lines stay. */
export function plain(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
}

/** Colour on a terminal only; NO_COLOR and FORCE_COLOR are heeded. */
export function paint(
  format: Parameters<typeof styleText>[0],
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return styleText(format, text, { stream });
}

/** `--json`: one object on one line, for scripts. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
