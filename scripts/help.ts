import * as catalogue from '#jobs/index.ts';
import { paint, printJson, runCommand } from './command.ts';

interface Entry {
  readonly command: string;
  readonly does: string;
}

interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** The jobs' names come from their own catalogue, so that this list cannot fall behind. */
const groups: readonly Group[] = [
  group('Run', {
    'npm start': 'all of Omega, in the foreground; sets up what is missing',
    'npm start -- --once': 'one heartbeat, one report and one page, then it ends',
    'npm run setup': 'six questions, each of which can be skipped; writes .env',
    'npm run status': 'what runs, and what waits for you; --json',
    'npm run stop': 'ends it',
    'npm run logs -- SERVICE --since 1h': 'what its processes said',
  }),
  group('Units and tools', {
    'npm run reports -- list|show|keys|open|seal|ack|resend|export|gaps|verify':
      'what the units wrote, and how it reaches you sealed; --json',
    'npm run telegram -- link|doctor': 'your bots: which chat is yours, and what is wrong with them; --json',
    'npm run memory -- recall|remember|forget|stats|export|import|rebuild|verify|eval': 'what Omega remembers; --json',
    'npm run mandate -- show|edit|check|approve': 'what a unit may do; --json',
    'npm run mcp -- list|tools|call|probe|approve|audit|add|serve': 'the tool servers, and Omega as one itself; --json',
  }),
  group('Mend', {
    'npm run health -- list|run|history|url|pause|maintenance|snooze|resume|rebuild|verify':
      'the checks: how each is and was, and whether you are told of it; --json',
    'npm run doctor': 'looks at the machine and the configuration, says how to mend each fault; --json',
    'npm run drill': 'kills a part while you watch: detected, restarted, the job again',
    'npm run board': 'a one-time link to the board of the queues',
  }),
  group('Queue', {
    'npm run jobs -- list|history|dead|redrive|forget|pause|resume':
      'the jobs, their past, and those that failed for good',
    'npm run worker -- --queues a,b': 'a worker alone, on another host',
  }),
  group(
    'One job by hand',
    Object.fromEntries(Object.values(catalogue).map(({ name, summary }) => [`npm run job:${name}`, summary])),
  ),
  group('Develop', {
    'npm test': 'the tests; -- --lane unit, or part of a file name',
    'npm run check': 'format, types, lint, dead code and tests',
    'npm run bench': 'the measurements that the README quotes',
    'npm run site:build': 'the status page, built again',
  }),
];

await runCommand({
  name: 'npm run help',
  summary: 'all commands, and the next step',
  help: [['npm run help -- --json', 'the same, for scripts']],
  options: { json: { type: 'boolean', default: false } },
  run: async ({ values }) => {
    if (values.json) printJson({ groups });
    else process.stdout.write(describeAll());
  },
});

function group(title: string, entries: Readonly<Record<string, string>>): Group {
  return { title, entries: Object.entries(entries).map(([command, does]) => ({ command, does })) };
}

function describeAll(): string {
  const commands = groups.flatMap(({ entries }) => entries.map(({ command }) => command.length));
  const width = Math.min(Math.max(...commands), 38);
  const parts = groups.map(({ title, entries }) =>
    [paint('bold', title), ...entries.map((entry) => describe(entry, width))].join('\n'),
  );
  return `${parts.join('\n\n')}\n\nEach takes -- --help. Next: npm start, and if it will not: npm run doctor\n`;
}

/** A command longer than its column has its explanation on the line below. */
function describe({ command, does }: Entry, width: number): string {
  const gap = command.length > width ? `\n  ${' '.repeat(width)}` : ' '.repeat(width - command.length);
  return `  ${command}${gap}  ${does}`;
}
