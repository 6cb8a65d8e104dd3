import { createReadStream } from 'node:fs';
import { longestLine } from '#holding/memory/write/import-lines.ts';
import { codeOf, usageError } from '#lib/errors.ts';
import { plain } from './command.ts';

/**
 * The lines of a file, or of standard input for `-`, without the byte-order mark that some editors write first.
 * @throws OmegaError, exit code 2, where it is no file that can be read, or a line is longer than any of an export.
 */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  input.setEncoding('utf8');
  try {
    yield* linesIn(input);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** By hand: node:readline gathers a line without end, until the process ends. */
async function* linesIn(input: AsyncIterable<unknown>): AsyncGenerator<string> {
  let rest = '';
  let number = 1;
  for await (const chunk of input) {
    const [first = '', ...others] = String(chunk).split('\n');
    rest += number === 1 && rest === '' ? first.replace(/^\uFEFF/, '') : first;
    for (const next of others) {
      yield rest.replace(/\r$/, '');
      rest = next;
      number += 1;
    }
    if (rest.length > longestLine)
      throw usageError(
        `Nothing was taken in: line ${number} is longer than any line of an export.`,
        'Give a file that npm run memory -- export wrote.',
      );
  }
  if (rest !== '') yield rest;
}

function unreadable(file: string, error: unknown): unknown {
  const code = codeOf(error) ?? '';
  if (code === 'ENOENT') return usageError(`There is no file ${plain(file)}.`, 'npm run memory -- import FILE');
  if (code === 'EISDIR')
    return usageError(`${plain(file)} is a folder.`, 'Name the file in it: npm run memory -- import FILE');
  if (code === 'EACCES')
    return usageError(`${plain(file)} may not be read.`, `chmod u+r ${plain(file)}, or sudo chown.`);
  return error;
}
