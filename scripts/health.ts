import { usageError } from '#lib/errors.ts';
import { runCommand } from './command.ts';
import type { Use } from './health-by-hand.ts';
import { hold } from './health-hold.ts';
import { showHistory } from './health-history.ts';
import { listChecks } from './health-list.ts';
import { rebuild, verify } from './health-records.ts';
import { resume } from './health-resume.ts';

await runCommand({
  name: 'npm run health',
  summary: 'the checks: how each is, was, and whether it is told of',
  help: [
    ['-- list', 'each check as the last heartbeat saw it, and what you hold back'],
    ['-- run ID', 'look at it now, from here; nothing of it is kept; 1 where it is not well'],
    [
      '-- history ID',
      'uptime, latencies and changes of a day, 30 days, 90 days and a year; --limit N changes, 20 unless said',
    ],
    ['-- url ID', 'the address that a script of yours calls, of a check of the kind push'],
    ['-- pause ID|all', 'look no more, until resumed'],
    ['-- maintenance ID|all', 'look, but call no trouble of it trouble, until resumed'],
    ['-- snooze ID|all', 'tell nothing of it for an hour'],
    ['-- … --for 2h', 'or --until 2026-11-24T08:00, or --until morning; --from 2026-11-23T22:00; --why TEXT'],
    ['-- resume ID|all', 'end its pause, maintenance or snooze'],
    ['-- rebuild', 'make hours and days anew from changes and looks'],
    ['-- verify', 'compare the records with each other; 1 where something is amiss'],
    ['-- … --json', 'for scripts'],
  ],
  options: {
    json: { type: 'boolean', default: false },
    limit: { type: 'string' },
    for: { type: 'string' },
    until: { type: 'string' },
    from: { type: 'string' },
    why: { type: 'string' },
  },
  run: async ({ positionals: [verb = 'list', ...words], values, signal }) => {
    const use = { words, values, signal };
    const verbs = {
      list: listChecks,
      run: look,
      history: showHistory,
      url: async (one: Use) => (await import('./health-url.ts')).showUrl(one),
      pause: hold('paused'),
      maintenance: hold('maintenance'),
      snooze: hold('snoozed'),
      resume,
      rebuild,
      verify,
    };
    const chosen = Object.entries(verbs).find(([name]) => name === verb)?.[1];
    if (chosen === undefined)
      throw usageError(`There is no “npm run health -- ${verb}”.`, 'npm run health -- --help lists what there is.');
    return chosen(use);
  },
});

/** It alone needs all of Omega; the others are quick without. */
async function look(use: Use): Promise<number> {
  const { runCheck } = await import('./health-run.ts');
  return runCheck(use);
}
