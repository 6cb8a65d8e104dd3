import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '#lib/paths.ts';
import { findFreedict, isComplete } from '#ops/freedict.ts';
import { runProgram, temporaryFolder, type Ended } from '../support/outsider.ts';

const script = join(root, 'scripts', 'memory.ts');
/** A model that comes with the packages embeds each document: on a busy machine that takes its time. */
const patience = { timeout: 300_000 };

const Scores = z.object({ queries: z.number(), recallAt5: z.number().nullable() });
const Printed = Scores.extend({
  documents: z.number(),
  newerAboveStale: z.number(),
  byType: z.object({ cross: Scores }),
  byLanguage: z.object({ nl: Scores, en: Scores }),
  index: z.string(),
  model: z.string(),
});

function evaluate(data: string, documents: string, queries: string): Promise<Ended> {
  const args = [script, 'eval', '--documents', documents, '--queries', queries, '--json'];
  return runProgram(process.execPath, args, { env: { OMEGA_DATA_DIR: data, OMEGA_EMBEDDINGS: 'local' } });
}

/** The sets that come with Omega; the held-out one was written apart, to check by. */
function setOf(name: 'development' | 'held-out'): [documents: string, queries: string] {
  const file = (what: string): string => join(root, 'test', 'memory', 'evaluation', `${name}.${what}.json`);
  return [file('documents'), file('queries')];
}

test.for([
  { name: 'development', recall: 0.7, cross: 0.6 },
  { name: 'held-out', recall: 0.62, cross: 0.55 },
] as const)('the $name set is recalled as well as it should be, with no cloud', patience, async (due, { skip }) => {
  skip(
    !isComplete(findFreedict()),
    'the FreeDict dictionaries are not on this machine, and what is due counts on them',
  );
  using folder = temporaryFolder();
  const { exitCode, stdout } = await evaluate(join(folder.path, 'data'), ...setOf(due.name));
  expect(exitCode).toBe(0);
  const printed = Printed.parse(JSON.parse(stdout));
  expect(printed.documents).toBeGreaterThanOrEqual(100);
  expect(printed.queries).toBeGreaterThanOrEqual(60);
  expect(printed.byLanguage.nl.queries).toBeGreaterThanOrEqual(printed.queries / 2 - 1);
  expect(printed.index).toBe('Chroma');
  expect(printed.model).toMatch(/^local-/);
  expect(printed.recallAt5).toBeGreaterThanOrEqual(due.recall);
  expect(printed.byType.cross.recallAt5).toBeGreaterThanOrEqual(due.cross);
  expect(printed.newerAboveStale).toBe(1);
});

test('an evaluation leaves the data folder as it is, to the byte', patience, async () => {
  using folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const [documents, queries] = [join(folder.path, 'documents.json'), join(folder.path, 'queries.json')];
  const document = { id: 'd1', kind: 'fact', unit: 'holding', lang: 'en', date: '2026-01-01', importance: 0.5 };
  writeFileSync(documents, JSON.stringify([{ ...document, text: 'The lighthouse keeper sells honey' }]));
  writeFileSync(
    queries,
    JSON.stringify([{ id: 'q1', lang: 'en', type: 'same', text: 'Who sells honey?', rel: ['d1'] }]),
  );
  await runProgram(process.execPath, [script, 'remember', 'The tea shop closes on Mondays', '--kind', 'fact'], {
    env: { OMEGA_DATA_DIR: data },
  });
  const before = contentOf(data);
  const { exitCode, stdout } = await evaluate(data, documents, queries);
  expect({ exitCode, recallAt5: Scores.parse(JSON.parse(stdout)).recallAt5 }).toEqual({ exitCode: 0, recallAt5: 1 });
  expect(Object.keys(before).length).toBeGreaterThan(1);
  expect(contentOf(data)).toEqual(before);
});

/** A document without its id. */
const sound = {
  kind: 'fact',
  unit: 'holding',
  lang: 'nl',
  date: '2026-01-01',
  importance: 0.5,
  text: 'De winkel is open',
};

test('every fault of both files is named at once, with 2', async () => {
  using folder = temporaryFolder();
  const [documents, queries] = [join(folder.path, 'documents.json'), join(folder.path, 'queries.json')];
  writeFileSync(
    documents,
    JSON.stringify([
      { ...sound, id: 'd1', lang: 'fr', importance: 7 },
      { ...sound, text: 3 },
    ]),
  );
  writeFileSync(queries, JSON.stringify([{ id: 'q1', lang: 'nl', type: 'odd', text: 'Is de winkel open?', rel: [] }]));
  const { exitCode, stdout, stderr } = await evaluate(folder.path, documents, queries);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  for (const fault of ['0.lang', '0.importance', '1.id', '1.text', '0.type']) expect(stderr).toContain(fault);
});

test('names that no document has, and ids that stand there twice, are faults', async () => {
  using folder = temporaryFolder();
  const [documents, queries] = [join(folder.path, 'documents.json'), join(folder.path, 'queries.json')];
  writeFileSync(
    documents,
    JSON.stringify([
      { ...sound, id: 'd1', supersedes: 'd8' },
      { ...sound, id: 'd1' },
    ]),
  );
  const query = { lang: 'nl', type: 'same', text: 'Is de winkel open?' };
  writeFileSync(queries, JSON.stringify([{ ...query, id: 'q1', rel: ['d7'], stale: ['d9'] }]));
  const { exitCode, stderr } = await evaluate(folder.path, documents, queries);
  expect(exitCode).toBe(2);
  for (const fault of ['d1 stands there twice', 'd1 supersedes d8', 'q1 names d7', 'q1 names d9'])
    expect(stderr).toContain(fault);
});

test.for(['nothing at all', '{', '[]', '{"documents": []}'])(
  'a file that holds %s is refused, with 2',
  async (text) => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'set.json');
    writeFileSync(file, text);
    const { exitCode, stdout, stderr } = await evaluate(folder.path, file, join(folder.path, 'missing.json'));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('set.json');
    expect(stderr).toContain('missing.json');
  },
);

/** A hash of each file, by its name. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(paths.map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]));
}
