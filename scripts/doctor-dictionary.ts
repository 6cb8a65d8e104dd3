import { existsSync } from 'node:fs';
import { root as repository } from '#lib/paths.ts';
import { fine, unknown, warning, type Seen } from '#ops/doctor/finding.ts';
import { findFreedict, isComplete } from '#ops/freedict.ts';
import { firstOnPath } from '#ops/redis-binary.ts';
import { dictionaryIn, whyRefused } from './dictionary.ts';

const withApt = 'sudo apt-get install dict-freedict-nld-eng dict-freedict-eng-nld';
const withoutApt = 'put nld-eng and eng-nld of freedict.org, made for dictd, into /usr/share/dictd';

/** The dictionary between Dutch and English, by which memory finds across languages. */
export async function lookAtDictionary(root = repository): Promise<Seen> {
  if (isComplete(findFreedict({ root }))) {
    return existsSync(dictionaryIn(root))
      ? fine('Dutch and English, with those of FreeDict')
      : unknown('none made yet');
  }
  const why = await whyRefused(root);
  if (why === null && !existsSync(dictionaryIn(root))) return unknown('none made yet');
  const install = (await firstOnPath(['apt-get'])) === null ? withoutApt : withApt;
  return warning(
    `memory finds less across Dutch and English: FreeDict is missing${why === null ? '' : ` (${why})`}`,
    `${install}; then npm run stop and npm start`,
  );
}
