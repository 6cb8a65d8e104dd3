import { writeSync } from 'node:fs';
import { openJournal } from '#holding/memory/journal/journal.ts';
import { openShelf } from '#holding/memory/shelf/shelf.ts';
import { remembering } from '../journal.ts';

/**
 * A process that remembers, and forgets each fifth, until it is killed. It says what it was told is on the disk:
 * `+text` remembered, `-text` forgotten. Its arguments: ledger, shelf, and a name for its texts.
 */
const [ledger = '', file = '', name = ''] = process.argv.slice(2);
using journal = openJournal(ledger);
using shelf = openShelf(file);
for (let n = 0; ; n++) {
  const lines = [0, 1, 2].map((part) => remembering(`${name} n${n} part${part} ${'and more words '.repeat(n % 40)}`));
  const [first] = n % 5 === 0 ? lines : [];
  const forgets = first === undefined ? [] : [{ entry: { op: 'forget', id: first.entry.id, at: n } as const }];
  for (const batch of [lines, forgets]) {
    if (batch.length === 0) continue;
    shelf.alone(() => {
      shelf.apply(journal.after(shelf.seq()));
      journal.append(batch);
      writeSync(1, batch === lines ? lines.map(({ body }) => `+${body.text}\n`).join('') : `-${first?.body.text}\n`);
      shelf.apply(journal.after(shelf.seq()));
    });
  }
}
