import { kinds } from '#holding/memory/record.ts';
import { usageError } from '#lib/errors.ts';
import { runCommand } from './command.ts';
import { openByHand } from './memory-by-hand.ts';
import { memoryUnits } from './memory-open.ts';
import { recall, showStats } from './memory-show.ts';
import { exportTo, importFrom, rebuild, verify } from './memory-transfer.ts';
import { forget, release, remember } from './memory-write.ts';

await runCommand({
  name: 'npm run memory',
  summary: 'what Omega remembers',
  help: [
    [
      '-- recall WORDS…',
      'what answers them best; --unit U, --kind K, --limit N, --untrusted what is in quarantine, --history what was superseded',
    ],
    [
      '-- remember TEXT',
      `keep it, in your own name; - reads standard input; --kind K, --unit U, --importance 1..10, --supersedes ID`,
    ],
    [
      '-- forget ID…',
      'erase it for ever, and refuse the same words in its unit and kind; --why TEXT, --yes without a question',
    ],
    ['-- release ID…', 'let it out of quarantine, on your word; --why TEXT'],
    ['-- stats', 'how much, of which unit and kind, and how the indexes stand'],
    ['-- export [FILE]', 'lines of JSON without what was forgotten, to the file or to standard output'],
    [
      '-- import FILE',
      'take an export in; what is known already stays as it is; - reads standard input; --yes also erases what was forgotten there',
    ],
    ['-- rebuild', 'make both indexes anew from the journal; recall goes on meanwhile'],
    ['-- verify', 'compare journal, texts and indexes; 1 where something is amiss'],
    ['-- eval', 'how well it recalls: --documents D.json --queries Q.json; nothing live is touched'],
    ['-- … --json', 'for scripts; forget needs --yes with it'],
    ['kinds', kinds.join(', ')],
    ['units', `${memoryUnits.join(', ')}; holding unless said, of remember`],
  ],
  options: {
    json: { type: 'boolean', default: false },
    unit: { type: 'string' },
    kind: { type: 'string', multiple: true },
    limit: { type: 'string' },
    untrusted: { type: 'boolean', default: false },
    history: { type: 'boolean', default: false },
    importance: { type: 'string' },
    supersedes: { type: 'string', multiple: true },
    why: { type: 'string' },
    yes: { type: 'boolean', default: false },
    documents: { type: 'string' },
    queries: { type: 'string' },
  },
  run: async ({ positionals: [verb = 'stats', ...words], values, signal }) => {
    if (verb === 'eval') return evaluate(values, signal);
    const use = { words, values, signal };
    const writing = { remember, forget, release, import: importFrom, rebuild };
    const verbs = { ...writing, recall, stats: showStats, export: exportTo, verify };
    const chosen = Object.entries(verbs).find(([name]) => name === verb)?.[1];
    if (chosen === undefined)
      throw usageError(`There is no “npm run memory -- ${verb}”.`, 'npm run memory -- --help lists what there is.');
    await using memory = await openByHand();
    return await chosen(memory, use); // Not before it has ended may the memory be closed.
  },
});

interface EvaluationValues {
  readonly documents?: string | undefined;
  readonly queries?: string | undefined;
  readonly json: boolean;
}

async function evaluate(values: EvaluationValues, signal: AbortSignal): Promise<number | void> {
  const { documents, queries, json } = values;
  if (documents === undefined || queries === undefined)
    throw usageError('What to evaluate with?', 'npm run memory -- eval --documents D.json --queries Q.json');
  const { evaluateMemory } = await import('./memory-eval.ts');
  return evaluateMemory({ documents, queries, json, signal });
}
