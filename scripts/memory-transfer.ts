import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { amount } from '#holding/health/views/wording.ts';
import { savingHint } from '#holding/memory/books.ts';
import type { ImportResult, Memory } from '#holding/memory/memory.ts';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf, OmegaError, usageError } from '#lib/errors.ts';
import { paint, plain, printJson } from './command.ts';
import { isMeant, requireNoMore, type Use } from './memory-by-hand.ts';
import { linesOf } from './memory-lines.ts';
import { showProgress, type Progress } from './progress.ts';

/** Writes all that is remembered as lines of JSON, for its owner alone. */
export async function exportTo(memory: Memory, { words, values, signal }: Use): Promise<void> {
  requireNoMore(words, 1);
  const [file = '-'] = words;
  if (file === '-') {
    await pipeline(Readable.from(withEnds(memory.export())), process.stdout, { signal, end: false });
    return;
  }
  const path = resolve(file);
  const content = Buffer.from([...withEnds(memory.export())].join(''));
  await writeFileAtomic(path, content).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  if (values.json) return printJson({ file: path, bytes: content.length });
  process.stdout.write(
    `${paint('green', '✓')} ${path}, ${(content.length / 1024).toFixed(0)} KiB, readable by you alone.\n`,
  );
}

function* withEnds(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

function unwritable(path: string, error: unknown): unknown {
  const code = codeOf(error) ?? '';
  const isFolder = ['EISDIR', 'ENOTEMPTY', 'EEXIST'].includes(code);
  if (isFolder) return usageError(`${plain(path)} is a folder.`, 'Name a file in it: npm run memory -- export FILE');
  if (['ENOENT', 'ENOTDIR', 'EACCES', 'EROFS'].includes(code))
    return usageError(
      `${plain(path)} cannot be written (${code}).`,
      'Name a file in a folder that is there, and yours.',
    );
  return error;
}

/** Takes an export in; what is here and was forgotten there is asked about first. */
export async function importFrom(memory: Memory, { words, values, signal }: Use): Promise<void> {
  requireNoMore(words, 1);
  const [file] = words;
  if (file === undefined)
    throw usageError('Import which file?', 'npm run memory -- import FILE, or - for standard input');
  using progress = showProgress('records');
  const onForgetting = async (count: number): Promise<void> => {
    if (!values.yes) await requireMeant(count, values.json, signal);
  };
  let reached = 'Nothing was taken in';
  const onProgress = (done: number, total: number): void => {
    reached = `${done} of ${total} records are in, or were known`;
    progress.show(done, total);
  };
  try {
    showImport(await memory.import(linesOf(file), { signal, onProgress, onForgetting }), { values, progress });
  } catch (error) {
    progress.end();
    if (signal.aborted)
      process.stderr.write(`Stopped. ${reached}; the same command takes in the rest, and nothing twice.\n`);
    throw error;
  }
}

function showImport(result: ImportResult, { values, progress }: Pick<Use, 'values'> & { progress: Progress }): void {
  progress.end();
  if (values.json) return printJson(result);
  const { records, known, tombstones, forgotten } = result;
  const erased = forgotten === 0 ? '' : ` (${forgotten} of them erased here now)`;
  process.stdout.write(
    `${paint('green', '✓')} ${records} taken in, ${known} known already, ${tombstones} to stay forgotten${erased}.\n`,
  );
}

async function requireMeant(count: number, json: boolean, signal: AbortSignal): Promise<void> {
  const what = `${amount(count, 'record')} of this memory ${count === 1 ? 'was' : 'were'} forgotten in that one`;
  if (json || !process.stdin.isTTY)
    throw usageError(`${what}, and would be erased here; nothing was taken in.`, 'Add --yes where that is meant.');
  process.stdout.write(`${what}.\n`);
  if (await isMeant(count, signal)) return;
  throw new OmegaError('Nothing was taken in.', { code: 'E_DECLINED', hint: 'Without those lines it can be.' });
}

/** Makes both indexes anew. Where that of vectors is away, the words are made anew and the rest follows by itself. */
export async function rebuild(memory: Memory, { words, values, signal }: Use): Promise<number> {
  requireNoMore(words, 0);
  const startedAt = performance.now();
  using progress = showProgress('records');
  const state = await memory.rebuild({ signal, onProgress: progress.show });
  progress.end();
  if (values.json) printJson(state);
  else if (state.fault === null)
    process.stdout.write(
      `${paint('green', '✓')} Made anew in ${((performance.now() - startedAt) / 1000).toFixed(1)} s: words, and vectors by ${state.space}${state.pending === 0 ? '' : `, ${state.pending} still to come`}.\n`,
    );
  else
    process.stdout.write(
      `${paint('yellow', '!')} The index of words is made anew; ${amount(state.pending, 'record')} to come into the index of vectors: ${plain(state.fault)}\n  → npm start, which brings them in by itself\n`,
    );
  return state.fault === null ? 0 : 75;
}

/** Compares the journal with all that is made from it; exit code 1 where something is amiss. */
export async function verify(memory: Memory, { words, values, signal }: Use): Promise<number> {
  requireNoMore(words, 0);
  using progress = showProgress('records');
  const verified = await memory.verify({ signal, onProgress: progress.show });
  progress.end();
  if (values.json) {
    printJson(verified);
    return verified.ok ? 0 : 1;
  }
  const { ok, records, faults, isJournalWhole, indexAsked } = verified;
  for (const fault of faults) process.stdout.write(`${paint('red', '✗')} ${plain(fault)}\n`);
  const asked = indexAsked ? 'journal, texts and both indexes' : 'journal, texts and the index of words';
  if (ok) process.stdout.write(`${paint('green', '✓')} ${amount(records, 'record')}: ${asked} agree.\n`);
  else
    process.stdout.write(
      `  → ${isJournalWhole ? 'npm run memory -- rebuild makes both indexes anew from the journal' : savingHint}\n`,
    );
  if (!indexAsked) process.stdout.write(`${paint('yellow', '!')} The index of vectors could not be asked: npm start\n`);
  return ok ? 0 : 1;
}
