import { once } from 'node:events';
import { createReadStream, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import { codeOf, usageError } from '#lib/errors.ts';
import { runCommand } from './command.ts';
import { parseDuration } from './duration.ts';
import { linesSince, serviceOf } from './log-files.ts';
import { renderLine } from './log-lines.ts';
import { readPlace } from './settings.ts';

const usualSinceMs = 3_600_000;

await runCommand({
  name: 'npm run logs',
  summary: 'what the services said',
  help: [
    ['-- [SERVICE…]', 'redis, chroma, worker, bridge, edge, supervisor; all of them unless said'],
    ['-- --since 1h', 'how far back: 90s, 5m, 1h, 2d; an hour unless said'],
    ['-- --follow', 'and whatever they say from now on'],
    ['-- --json', 'the lines as they are kept'],
  ],
  options: { since: { type: 'string' }, follow: { type: 'boolean', short: 'f' }, json: { type: 'boolean' } },
  run: async ({ values, positionals, signal }) => {
    const { logs } = readPlace().paths;
    const sinceMs = values.since === undefined ? usualSinceMs : parseDuration(values.since);
    if (sinceMs === null)
      throw usageError(`--since ${values.since} is no length of time.`, 'Write it as 90s, 5m, 1h or 2d.');
    const files = await filesOf(logs, positionals);
    const show = (raw: string): void => void process.stdout.write(`${values.json === true ? raw : renderLine(raw)}\n`);
    const ends = new Map<string, number>();
    for await (const raw of linesSince(logs, { files, since: systemClock.now() - sinceMs, ends })) show(raw);
    if (values.follow === true) await follow(logs, { ends, show, signal });
  },
});

/** The files of these services, or of all, the rotated ones included. */
async function filesOf(folder: string, services: readonly string[]): Promise<string[]> {
  const files = (await namesIn(folder)).filter((name) => /^[a-z-]+(\.\d+)?\.log$/.test(name));
  const known = [...new Set(files.map(serviceOf))];
  const unknown = services.filter((service) => !known.includes(service));
  if (files.length === 0) throw usageError('There are no logs yet.', 'npm start makes the first ones.');
  if (unknown.length > 0)
    throw usageError(`${unknown.join(', ')} keeps no log here.`, `These do: ${known.join(', ')}.`);
  return services.length === 0 ? files : files.filter((file) => services.includes(serviceOf(file)));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Shows what is added, until Ctrl-C; a file that became shorter was rotated, and is read from its beginning. */
async function follow(
  folder: string,
  { ends, show, signal }: { ends: Map<string, number>; show: (raw: string) => void; signal: AbortSignal },
): Promise<void> {
  const watcher = watch(folder, { signal });
  try {
    while (!signal.aborted) {
      for (const [file, shownTo] of ends) ends.set(file, await showFrom(join(folder, file), shownTo, show));
      await once(watcher, 'change', { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Whole lines only; resolves to where the next look begins. */
async function showFrom(path: string, shownTo: number, show: (raw: string) => void): Promise<number> {
  const { size } = await stat(path);
  const start = size < shownTo ? 0 : shownTo;
  if (size === start) return start;
  let text = '';
  for await (const chunk of createReadStream(path, { start, end: size - 1, encoding: 'utf8' })) text += String(chunk);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const raw of whole.split('\n')) if (raw !== '') show(raw);
  return start + Buffer.byteLength(whole);
}
