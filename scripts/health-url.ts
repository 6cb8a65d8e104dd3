import { usageError } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import { paint, plain, printJson } from './command.ts';
import { requireWords, type Use } from './health-by-hand.ts';
import { pushTokens } from './push-tokens.ts';
import { pushUrl } from './push-url.ts';
import { readSettings } from './settings.ts';

/** Shows the address that a script of the owner's calls for a push check, and how. */
export async function showUrl({ words, values }: Use): Promise<void> {
  requireWords('url', words, 1);
  const settings = readSettings();
  const check = requirePush(words[0] ?? '', [...(await pushTokens({ ...settings, log: silentLog })()).keys()]);
  const url = await pushUrl(settings, check);
  if (values.json) return printJson({ check, url });
  const lines = [
    paint('bold', url),
    `  curl -fsS -m 10 --retry 5 '${url}'`,
    '      when it succeeded; the same with an end: /start, /fail, /log, or its exit code such as /1',
    '      --data-binary "some words" sends them along; ?rid=NAME tells runs apart that overlap',
    `  Whoever has this address can speak for ${check}: it belongs in a file that only its script reads.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function requirePush(id: string, known: readonly string[]): string {
  if (known.includes(id)) return id;
  const hint =
    known.length === 0
      ? 'There is none yet: docs/health.md shows one, with kind: push, in checks.yaml in the data folder.'
      : `There are: ${known.join(', ')}.`;
  throw usageError(`${plain(id)} is no check that is called by a script.`, hint);
}
