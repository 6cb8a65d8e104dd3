import { createInterface } from 'node:readline/promises';
import type { Memory } from '#holding/memory/memory.ts';
import { kinds, type Kind } from '#holding/memory/record.ts';
import { usageError } from '#lib/errors.ts';
import { makeFolders } from '#ops/folders.ts';
import { plain } from './command.ts';
import { openMemory } from './memory-open.ts';
import { troubleLog } from './mcp-open.ts';
import { readSettings } from './settings.ts';
import { allSecrets } from './tool-servers.ts';

/** What a verb is called with. */
export interface Use {
  readonly words: readonly string[];
  readonly values: {
    readonly json: boolean;
    readonly unit?: string | undefined;
    readonly kind?: readonly string[] | undefined;
    readonly limit?: string | undefined;
    readonly untrusted: boolean;
    readonly history: boolean;
    readonly importance?: string | undefined;
    readonly supersedes?: readonly string[] | undefined;
    readonly why?: string | undefined;
    readonly yes: boolean;
  };
  readonly signal: AbortSignal;
}

/** The memory for the owner's own hands: beside a running Omega, and while it is stopped too. */
export async function openByHand(): Promise<Memory> {
  const settings = readSettings();
  await makeFolders(settings.paths);
  return openMemory(settings, troubleLog(allSecrets(settings)));
}

/** @throws OmegaError, exit code 2, where one of them is none. */
export function toKinds(texts: readonly string[]): Kind[] {
  const wanted = texts.flatMap((text) => text.split(',')).map((text) => text.trim());
  return wanted.map((text) => {
    const kind = kinds.find((one) => one === text);
    if (kind === undefined) throw usageError(`There is no kind ${text}.`, `There are: ${kinds.join(', ')}.`);
    return kind;
  });
}

/** @throws OmegaError, exit code 2, where it is no whole number within these bounds. */
export function toNumber(text: string, { option, from, to }: { option: string; from: number; to: number }): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= from && number <= to) return number;
  throw usageError(`--${option} ${text} is no such number.`, `Write a whole number from ${from} to ${to}.`);
}

/** Asks on the terminal before records are erased for ever. @throws OmegaError, exit code 2, where there is none. */
export async function isMeant(count: number, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw usageError('To forget needs a terminal, or --yes.', 'npm run memory -- forget ID --why TEXT --yes');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const asked = `Type forget to erase ${count === 1 ? 'it' : `these ${count}`} for ever: `;
    return (await lines.question(asked, { signal })).trim() === 'forget';
  } finally {
    lines.close();
  }
}

/** @throws OmegaError, exit code 2, where a verb is given more words than it takes. */
export function requireNoMore(words: readonly string[], most: number): void {
  const [extra] = words.slice(most);
  if (extra === undefined) return;
  throw usageError(`It takes no “${plain(extra)}”.`, 'npm run memory -- --help shows what each verb takes.');
}
