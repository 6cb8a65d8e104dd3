import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { attachToSupervisor } from '#ops/child.ts';

/** A service's process for tests; FIXTURE says how it behaves, FIXTURE_JOURNAL where it notes that it was stopped. */
const behaviour = process.env['FIXTURE'] ?? 'good';
const [, , name = 'unnamed'] = process.argv;

if (behaviour === 'crash') process.exit(3);
process.on('SIGUSR2', () => {
  for (;;); // A busy loop: the process lives, its event loop does not.
});
if (behaviour === 'late') await once(process, 'disconnect');
const { ready } = attachToSupervisor({ onStop: () => note('stopped') });
if (behaviour === 'deaf') process.removeAllListeners('SIGTERM').on('SIGTERM', () => note('deaf'));
if (behaviour === 'parent') spawn('sleep', ['1000'], { stdio: 'ignore' }).once('spawn', ready);
else ready();
process.stdout.write(`${name} says hello\n`);
process.stderr.write(`{"level":"warn","time":"2030-01-01T00:00:00.000Z","name":"${name}","msg":"its own words"}\n`);
setInterval(() => {}, 60_000);

function note(what: string): void {
  const journal = process.env['FIXTURE_JOURNAL'];
  if (journal !== undefined) appendFileSync(journal, `${name} ${what}\n`);
}
