import { cpus, totalmem } from 'node:os';
import * as catalogue from '../bench/index.ts';
import { usageError } from '#lib/errors.ts';
import { paint, printJson, runCommand } from './command.ts';

const benches = Object.values(catalogue);

await runCommand({
  name: 'npm run bench',
  summary: 'the measurements that the README quotes',
  help: [
    ...benches.map((bench) => [`-- ${bench.name}`, `${bench.summary} (${bench.seconds} s)`] as const),
    ['-- … --seconds N', 'for so long'],
    ['-- … --json', 'one object on the last line'],
  ],
  options: { seconds: { type: 'string' }, json: { type: 'boolean' } },
  run: async ({ positionals: [name], values, signal }) => {
    const bench = benches.find((candidate) => candidate.name === name);
    if (bench === undefined)
      throw usageError(
        name === undefined ? 'Which measurement?' : `There is no measurement ${name}.`,
        `There are: ${benches.map((one) => one.name).join(', ')}.`,
      );
    const seconds = toSeconds(values.seconds, bench.seconds);
    tell(`${bench.summary}, for ${seconds} s; against ${bench.against}`);
    const figures = await bench.run({ seconds, tell, signal });
    const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
    if (values.json === true) return printJson({ name: bench.name, against: bench.against, machine, figures });
    process.stdout.write(`${paint('bold', bench.name)}, on ${machine}\nagainst ${bench.against}\n`);
    for (const [key, value] of Object.entries(figures)) process.stdout.write(`  ${key.padEnd(16)} ${value}\n`);
  },
});

function toSeconds(text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw usageError(`--seconds ${text} is no length of time.`, 'Write a number of seconds.');
}

function tell(line: string): void {
  process.stderr.write(`  ${line}\n`);
}
