import { usageError } from '#lib/errors.ts';
import { plain, runCommand } from './command.ts';
import { refuseSecretKey, type Use } from './reports-by-hand.ts';
import { list, show } from './reports-show.ts';

/** Only what a verb needs is loaded. */
const verbs: Readonly<Record<string, (use: Use) => Promise<number | void>>> = {
  list,
  show,
  keys: async (use) => (await import('./reports-keys.ts')).keys(use),
  open: async (use) => (await import('./reports-open.ts')).open(use),
  seal: async (use) => (await import('./reports-open.ts')).seal(use),
  ack: async (use) => (await import('./reports-send.ts')).acknowledge(use),
  resend: async (use) => (await import('./reports-send.ts')).resend(use),
  export: async (use) => (await import('./reports-ledger.ts')).exportSealed(use),
  gaps: async (use) => (await import('./reports-ledger.ts')).gaps(use),
  verify: async (use) => (await import('./reports-ledger.ts')).verify(use),
};

await runCommand({
  name: 'npm run reports',
  summary: 'what the units found out, and how it reaches you sealed',
  help: [
    ['-- list', 'the newest first; --limit N, 20 unless said; --sealed: those that were sealed, by their numbers'],
    ['-- show [ID]', 'one of them, the newest unless named'],
    ['-- keys list', 'for whom reports are sealed, and who signs them'],
    ['-- keys make', 'a key for this device: --out FILE, --qr; where Omega runs only with --here'],
    ['-- keys rotate', 'a new key that signs, and with it a new epoch; --yes'],
    ['-- open FILE.orp', 'with --key SECRETFILE; --sender omega-rsg1-…, --out FILE'],
    ['-- seal FILE', 'any file, outside of the numbers: --to KEY[,KEY], --out FILE.orp'],
    ['-- ack N CODE', 'you opened it: what the reader shows; so does /ack to the bot'],
    ['-- resend N|dead', 'send one again, or all that could not be sent'],
    ['-- export N|all', 'copy envelopes into a folder: --out DIR'],
    ['-- gaps', 'those that you never opened; 1 where there are any'],
    ['-- verify', 'whether ledger and outbox are as they were written; 1 where not'],
    ['-- … --json', 'for scripts'],
  ],
  options: {
    json: { type: 'boolean', default: false },
    limit: { type: 'string' },
    sealed: { type: 'boolean', default: false },
    out: { type: 'string' },
    key: { type: 'string' },
    sender: { type: 'string' },
    to: { type: 'string' },
    here: { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    qr: { type: 'boolean', default: false },
  },
  run: async ({ positionals: [verb = 'list', ...words], values, signal }) => {
    refuseSecretKey([verb, ...words, ...Object.values(values)]);
    const chosen = Object.entries(verbs).find(([name]) => name === verb)?.[1];
    if (chosen === undefined)
      throw usageError(
        `There is no “npm run reports -- ${plain(verb)}”.`,
        'npm run reports -- --help lists what there is.',
      );
    return chosen({ words, values, signal });
  },
});
